//! What the columns of a list are: by their heads in English and German (`assets/catalogue/columns.tsv`), or by
//! a mapping that a person made.

use std::{collections::BTreeMap, sync::LazyLock};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{File, Refusal, Result};

/// What a column can be taken for.
pub const FIELDS: [&str; 20] = [
    "tag",
    "name",
    "host",
    "zone",
    "vendor",
    "product",
    "version",
    "order_number",
    "hardware_version",
    "os",
    "serial",
    "ip",
    "mac",
    "component_type",
    "criticality",
    "lifecycle",
    "owner",
    "installed",
    "cpe",
    "purl",
];

/// A person's word on the columns of a list: the head, and what it is taken for; `null` leaves it out. Heads that
/// are not named are read as without a mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// By head.
    pub columns: BTreeMap<String, Option<String>>,
}

impl Mapping {
    /// Reads a mapping from its file.
    ///
    /// # Errors
    /// [`Refusal`] with the line, or with a field that there is not.
    pub fn read(file: &File) -> Result<Mapping> {
        let mapping: Mapping = serde_json::from_slice(file.bytes()?).map_err(|error| {
            let what = format!(
                "no mapping ({error}); it is {{\"columns\": {{\"Hersteller\": \"vendor\", \"Notes\": null}}}}"
            );
            Refusal::line(&file.name, error.line() as u64, what)
        })?;
        let mut seen = FxHashMap::default();
        for (head, field) in &mapping.columns {
            let Some(field) = field else { continue };
            if !FIELDS.contains(&field.as_str()) {
                let what = format!("{field:?} is no field; fields are {}", FIELDS.join(", "));
                return Err(Refusal { file: file.name.clone(), at: format!("/columns/{head}"), what });
            }
            if let Some(other) = seen.insert(field.as_str(), head) {
                let what = format!("{other:?} is taken for {field} already; each field has one column");
                return Err(Refusal { file: file.name.clone(), at: format!("/columns/{head}"), what });
            }
        }
        Ok(mapping)
    }
}

/// Fields by head, each with how sure that is: 0 is the surest.
static HEADS: LazyLock<FxHashMap<&'static str, Vec<(usize, &'static str)>>> = LazyLock::new(|| {
    let mut heads: FxHashMap<&str, Vec<(usize, &str)>> = FxHashMap::default();
    let table = include_str!("../../../../assets/catalogue/columns.tsv");
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split('\t');
        let Some(field) = words.next().and_then(|field| FIELDS.into_iter().find(|known| *known == field))
        else {
            continue;
        };
        for (sureness, head) in words.enumerate() {
            heads.entry(head.trim()).or_default().push((sureness, field));
        }
    }
    heads
});

/// A head in lower case, without what stands in brackets, everything but letters and digits as one space.
pub(crate) fn plain(head: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0_u32;
    for c in head.chars().flat_map(char::to_lowercase) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            'ä' => plain.push('a'),
            'ö' => plain.push('o'),
            'ü' => plain.push('u'),
            'ß' => plain.push_str("ss"),
            c if c.is_alphanumeric() => plain.push(c),
            _ if plain.ends_with(' ') || plain.is_empty() => {}
            _ => plain.push(' '),
        }
    }
    plain.trim_end().to_owned()
}

/// What each of these heads is taken for. Each field is given once, to the head that is surest of it.
pub(crate) fn recognise<'h>(
    heads: impl Iterator<Item = &'h str>,
    mapping: Option<&Mapping>,
) -> Vec<Option<&'static str>> {
    let heads: Vec<&str> = heads.collect();
    let mut fields = vec![None; heads.len()];
    let mut decided = vec![false; heads.len()];
    let mut given: Vec<&str> = Vec::new();
    for (column, head) in heads.iter().enumerate() {
        let word = mapping.and_then(|mapping| mapping.columns.get(head.trim()));
        if let Some(field) = word {
            decided[column] = true;
            fields[column] = field.as_ref().and_then(|field| FIELDS.into_iter().find(|known| known == field));
            given.extend(fields[column]);
        }
    }
    let mut could: Vec<(usize, usize, &'static str)> = Vec::new();
    for (column, head) in heads.iter().enumerate().filter(|(column, _)| !decided[*column]) {
        let known = HEADS.get(plain(head).as_str());
        could.extend(known.into_iter().flatten().map(|(sureness, field)| (*sureness, column, *field)));
    }
    could.sort_unstable();
    for (_, column, field) in could {
        if fields[column].is_none() && !given.contains(&field) {
            fields[column] = Some(field);
            given.push(field);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(heads: &[&str]) -> Vec<Option<&'static str>> {
        recognise(heads.iter().copied(), None)
    }

    #[test]
    fn heads_are_known_in_english_and_german_and_as_products_export_them() {
        assert_eq!(
            fields(&[
                "Betriebsmittelkennzeichen",
                "Bezeichnung",
                "Hersteller",
                "Typ",
                "Firmwarestand",
                "Seriennr.",
                "Kritikalität (0–1)"
            ]),
            ["tag", "name", "vendor", "product", "version", "serial", "criticality"].map(Some)
        );
        assert_eq!(
            fields(&[
                "Asset ID",
                "Name",
                "IP",
                "MAC Addresses",
                "Vendor",
                "Model",
                "Firmware Version",
                "OS",
                "Type",
                "Risk Score"
            ]),
            [
                Some("tag"),
                Some("name"),
                Some("ip"),
                Some("mac"),
                Some("vendor"),
                Some("product"),
                Some("version"),
                Some("os"),
                Some("component_type"),
                None
            ]
        );
        // The surer head wins; what is left over takes what it can still be.
        assert_eq!(fields(&["Typ", "Produkt"]), [Some("component_type"), Some("product")]);
        assert_eq!(fields(&["Comment", "", "42"]), [None, None, None]);
    }

    #[test]
    fn a_persons_mapping_comes_first_and_may_leave_out() {
        let file = |text: &str| File::new("m.json", text);
        let mapping =
            Mapping::read(&file(r#"{"columns": {"Vendor": null, "Notes": "vendor", "Model": "tag"}}"#))
                .unwrap();
        let heads = ["Vendor", "Notes", "Model", "Version"];
        assert_eq!(
            recognise(heads.into_iter(), Some(&mapping)),
            [None, Some("vendor"), Some("tag"), Some("version")]
        );
        for (text, word) in [
            (r#"{"columns": {"A": "vendors"}}"#, "fields are"),
            (r#"{"columns": {"A": "tag", "B": "tag"}}"#, "already"),
            (r#"{"column": {}}"#, "no mapping"),
        ] {
            let refused = Mapping::read(&file(text)).unwrap_err();
            assert!(refused.what.contains(word), "{refused}");
        }
    }

    #[test]
    fn the_table_holds_plain_heads_of_known_fields() {
        let table = include_str!("../../../../assets/catalogue/columns.tsv");
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split('\t').collect();
            assert!(FIELDS.contains(&words[0]), "{}", words[0]);
            assert!(words[1..].iter().all(|head| plain(head) == *head), "{line}");
        }
    }
}
