//! Asset lists: title rows, heads, totals, blank rows, several sheets; columns by their heads. Every row that is
//! not blank is taken, or refused with why.

use iec62443::{
    SecurityLevel,
    plant::{Identity, IdentityKind, Layer},
};
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::{
    File, Refusal, Result,
    columns::{Mapping, plain, recognise},
    observation::{Column, Kind, Observed, Refused, Sighting, ZoneSighting},
    plant::main_layer,
    sheet::{self, LONGEST_CELL, Row, Sheet},
};

/// Rows in which a sheet's head is looked for.
const HEAD_WITHIN: usize = 40;
/// Samples of a column.
const SAMPLES: usize = 4;

/// Reads a list.
///
/// # Errors
/// [`Refusal`] when no sheet of it is a list of assets.
pub fn read(file: &File, mapping: Option<&Mapping>) -> Result<Observed> {
    let sheets = sheet::read(file)?;
    let several = sheets.iter().filter(|sheet| !sheet.rows.is_empty()).count() > 1;
    let mut observed = Observed::new(Kind::Assets);
    let mut found = false;
    let mut first_rows: First<'_> = FxHashMap::default();
    for sheet in sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
        let name = if several { sheet.name.as_str() } else { "" };
        if let Some(head) = Head::find(sheet, mapping) {
            found = true;
            head.unique(file, sheet)?;
            rows(name, sheet, &head, &mut first_rows, &mut observed);
        } else if let Some(targets) = targets(name, sheet) {
            observed.zones.extend(targets);
        } else {
            let reason = "this sheet is no list of assets: no row names columns such as tag, vendor, product";
            observed.remarks.push(Refused { at: at(name, 1), reason: reason.to_owned() });
        }
    }
    if !found {
        let what = if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
            "the list is empty; its first row names the columns: tag, name, vendor, product, version, zone"
        } else {
            "no row names columns that are known here, such as tag, vendor, product, version; say which is which with a mapping"
        };
        return Err(Refusal::whole(&file.name, what));
    }
    Ok(observed)
}

fn at(sheet: &str, row: u64) -> String {
    if sheet.is_empty() { format!("row {row}") } else { format!("{sheet}, row {row}") }
}

/// A sheet's head: which row it is, and what its columns are taken for.
struct Head {
    index: usize,
    names: Vec<String>,
    columns: FxHashMap<&'static str, usize>,
}

impl Head {
    /// The row that names most columns.
    fn find(sheet: &Sheet, mapping: Option<&Mapping>) -> Option<Head> {
        let mut best: Option<Head> = None;
        for (index, row) in sheet.rows.iter().enumerate().take(HEAD_WITHIN) {
            let names: Vec<String> = row.cells.iter().map(str::to_owned).collect();
            let fields = recognise(names.iter().map(String::as_str), mapping);
            let columns: FxHashMap<&'static str, usize> =
                fields.iter().enumerate().filter_map(|(column, field)| Some(((*field)?, column))).collect();
            if best.as_ref().is_none_or(|best| columns.len() > best.columns.len()) {
                best = Some(Head { index, names, columns });
            }
        }
        best.filter(|head| head.is_of_assets(mapping.is_some()))
    }

    /// Whether it names something to know an asset by and something to know of it.
    fn is_of_assets(&self, mapped: bool) -> bool {
        let has = |fields: &[&str]| fields.iter().filter(|field| self.columns.contains_key(**field)).count();
        let known_by = has(&["tag", "name", "host", "serial", "ip", "mac"]);
        let known_of =
            has(&["vendor", "product", "version", "order_number", "os", "cpe", "serial", "ip", "mac"]);
        let sure = self.columns.get("tag").is_some_and(|at| plain(&self.names[*at]).contains("tag"));
        let bare = self.columns.len() == 1 && !mapped;
        known_by > 0 && !bare && (known_of > 0 || sure || mapped) && (self.columns.len() > 1 || mapped)
    }

    /// A head that stands twice leaves open which one is meant.
    fn unique(&self, file: &File, sheet: &Sheet) -> Result<()> {
        for (field, column) in &self.columns {
            let name = &self.names[*column];
            let twice = self.names.iter().filter(|other| plain(other) == plain(name)).count() > 1;
            if twice {
                return Err(Refusal::line(
                    &file.name,
                    sheet.rows[self.index].number,
                    format!(
                        "two columns are named {name:?}, and it is open which one is the {field}; keep one"
                    ),
                ));
            }
        }
        Ok(())
    }

    fn cell<'r>(&self, row: &'r Row, field: &str) -> &'r str {
        self.columns.get(field).map_or("", |column| row.cell(*column))
    }

    fn is_date(&self, row: &Row, field: &str) -> bool {
        let column = self.columns.get(field).and_then(|column| u16::try_from(*column).ok());
        column.is_some_and(|column| row.dates.contains(&column))
    }
}

/// Where a tag stood first: the sheet and the row.
type First<'s> = FxHashMap<String, (&'s str, &'s Row)>;

fn rows<'s>(
    name: &'s str,
    sheet: &'s Sheet,
    head: &Head,
    first_rows: &mut First<'s>,
    observed: &mut Observed,
) {
    let fields: FxHashMap<usize, &'static str> =
        head.columns.iter().map(|(field, at)| (*at, *field)).collect();
    let body = &sheet.rows[head.index + 1..];
    for (column, label) in head.names.iter().enumerate().filter(|(_, label)| !label.is_empty()) {
        let mut samples: Vec<String> = Vec::new();
        for text in body.iter().take(1000).map(|row| row.cell(column)).filter(|text| !text.is_empty()) {
            if samples.len() < SAMPLES && !samples.iter().any(|known| known == text) {
                samples.push(text.chars().take(60).collect());
            }
        }
        let field = fields.get(&column).copied();
        observed.columns.push(Column { sheet: name.to_owned(), name: label.clone(), field, samples });
    }
    let mut unknown_types: FxHashMap<&'s str, u32> = FxHashMap::default();
    first_rows.reserve(body.len());
    observed.assets.reserve(body.len());
    for (row, told) in body.iter().zip(told(name, body, head)) {
        let refuse = |reason: String| Refused { at: at(name, row.number), reason };
        let sighting = match told {
            Told::Asset(sighting) => *sighting,
            Told::LeftOut(what) => {
                observed.remarks.push(refuse(what.to_owned()));
                continue;
            }
            Told::Wrong(reason) => {
                observed.refused.push(refuse(reason));
                continue;
            }
        };
        let kind = head.cell(row, "component_type");
        if !kind.is_empty() && sighting.component_type.is_empty() {
            *unknown_types.entry(kind).or_default() += 1;
        }
        // The same asset twice: known by its tag, which stands once.
        match first_rows.get(&sighting.tag) {
            Some((sheet, first)) if first.cells == row.cells => {
                observed.refused.push(refuse(format!("the same as {}; taken once", at(sheet, first.number))));
            }
            Some((sheet, first)) => {
                let differing: Vec<&str> = (0..head.names.len())
                    .filter(|column| first.cell(*column) != row.cell(*column))
                    .map(|column| head.names[column].as_str())
                    .filter(|name| !name.is_empty())
                    .collect();
                let where_it_differs = if differing.is_empty() {
                    "a column without a name".to_owned()
                } else {
                    differing.join(", ")
                };
                let reason = format!(
                    "{:?} stands in {} already and differs in {where_it_differs}; give each asset a tag of its own, or keep one row",
                    short(&sighting.tag),
                    at(sheet, first.number),
                );
                observed.refused.push(refuse(reason));
            }
            None => {
                first_rows.insert(sighting.tag.clone(), (name, row));
                observed.assets.push(sighting);
            }
        }
    }
    let mut unknown_types: Vec<(&str, u32)> = unknown_types.into_iter().collect();
    unknown_types.sort_unstable();
    for (kind, rows) in unknown_types {
        let reason = format!("{:?} ({rows} rows) is no component type known here; left empty", short(kind));
        observed.remarks.push(Refused { at: at(name, sheet.rows[head.index].number), reason });
    }
}

/// What a row says.
enum Told {
    Asset(Box<Sighting>),
    /// It is no asset's row.
    LeftOut(&'static str),
    Wrong(String),
}

/// What the rows say, in their order. Long lists are read by all processors.
fn told(name: &str, rows: &[Row], head: &Head) -> Vec<Told> {
    const WORTH_IT: usize = 1 << 12;
    let part = |rows: &[Row]| {
        let mut words = Words::default();
        rows.iter().map(|row| told_of(name, row, head, &mut words)).collect::<Vec<Told>>()
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    if rows.len() < WORTH_IT || processors == 1 {
        return part(rows);
    }
    let (first, rest) = rows.split_at(rows.len().div_ceil(processors));
    std::thread::scope(|scope| {
        let others: Vec<_> =
            rest.chunks(first.len()).map(|rows| (rows, scope.spawn(|| part(rows)))).collect();
        let mut told = part(first);
        told.reserve(rest.len());
        for (rows, other) in others {
            // A thread that failed leaves its rows to this one.
            told.extend(other.join().unwrap_or_else(|_| part(rows)));
        }
        told
    })
}

fn told_of<'r>(name: &str, row: &'r Row, head: &Head, words: &mut Words<'r>) -> Told {
    let same = head.names.iter().zip(&row.cells).filter(|(name, cell)| name == cell && !cell.is_empty());
    if same.count() * 2 > head.names.len() {
        return Told::LeftOut("the head again; left out");
    }
    if is_total(row) {
        return Told::LeftOut("a total; left out");
    }
    match sighting(row, head, at(name, row.number), words) {
        Ok(sighting) => Told::Asset(Box::new(sighting)),
        Err(reason) => Told::Wrong(reason),
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A row that sums up: few cells, the first one says so.
fn is_total(row: &Row) -> bool {
    const WORDS: [&str; 12] = [
        "summe",
        "gesamt",
        "gesamtsumme",
        "zwischensumme",
        "total",
        "totals",
        "grand total",
        "subtotal",
        "sum",
        "anzahl",
        "count",
        "gesamtanzahl",
    ];
    let mut filled = row.cells.iter().filter(|cell| !cell.is_empty());
    let Some(first) = filled.next() else { return false };
    if !filled.all(|cell| cell.chars().all(|c| !c.is_alphabetic())) {
        return false;
    }
    let word = plain(first);
    WORDS.contains(&word.as_str())
        || word.split_once(' ').is_some_and(|(first, rest)| {
            WORDS.contains(&first) && rest.chars().all(|c| c.is_ascii_digit() || c == ' ')
        })
}

/// Control characters and signs that turn the direction of writing have no place in a name, and hide what it is.
pub fn hidden(text: &str) -> Option<char> {
    text.chars().find(|c| {
        c.is_control() && !matches!(c, '\t' | '\n' | '\r')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    })
}

/// Words that stand in many rows, and what they were taken for.
#[derive(Default)]
struct Words<'r> {
    types: FxHashMap<&'r str, &'static str>,
    criticalities: FxHashMap<&'r str, String>,
}

fn sighting<'r>(
    row: &'r Row,
    head: &Head,
    here: String,
    words: &mut Words<'r>,
) -> std::result::Result<Sighting, String> {
    let cell = |field: &str| head.cell(row, field);
    if row.cells.len() > head.names.len()
        && row.cells.iter().skip(head.names.len()).any(|cell| !cell.is_empty())
    {
        return Err(format!(
            "the row has {} cells, the head names {}; check delimiters and quotes",
            row.cells.len(),
            head.names.len()
        ));
    }
    for (column, text) in row.cells.iter().enumerate() {
        let name = head.names.get(column).map_or("", String::as_str);
        if text.len() > LONGEST_CELL && text.chars().count() > LONGEST_CELL {
            return Err(format!("{name} is longer than {LONGEST_CELL} characters; is a quote left open?"));
        }
        if let Some(c) = hidden(text) {
            let code = u32::from(c);
            return Err(format!("{name} holds the hidden character U+{code:04X}; type it anew"));
        }
    }
    // Known by its tag, else by what else names it.
    let known_by = ["tag", "name", "host", "serial", "ip", "mac"];
    let tag = known_by.into_iter().map(cell).find(|text| !text.is_empty());
    let tag = tag.ok_or("nothing names the asset: tag, name, serial, IP and MAC are empty")?.to_owned();
    if head.is_date(row, "version") {
        return Err(format!(
            "the version is a date in the sheet ({}); the spreadsheet made one of it: format the column as text and type it anew",
            short(cell("version"))
        ));
    }
    let installed = match cell("installed") {
        "" => None,
        text => Some(date(text).ok_or_else(|| {
            format!(
                "{:?} is no date such as 2026-06-30 or 30.06.2026; correct it, or leave the column out",
                short(text)
            )
        })?),
    };
    let word = cell("component_type");
    let component_type =
        words.types.entry(word).or_insert_with(|| component_type(word).unwrap_or_default()).to_owned();
    let word = cell("criticality");
    let criticality = words.criticalities.entry(word).or_insert_with(|| criticality(word)).clone();
    let text = |field: &str| one_line(cell(field));
    let bare = main_identity(&component_type);
    let main = Identity {
        vendor: text("vendor"),
        product: text("product"),
        version: text("version"),
        order_number: text("order_number"),
        cpe: text("cpe"),
        purl: text("purl"),
        ..bare.clone()
    };
    let hardware = text("hardware_version");
    let named = !main.product.is_empty() || !main.order_number.is_empty();
    let hardware = (named && !hardware.is_empty()).then(|| Identity {
        layer: bare.layer,
        kind: IdentityKind::Hardware,
        version: hardware,
        vendor: main.vendor.clone(),
        product: main.product.clone(),
        order_number: main.order_number.clone(),
        ..Identity::default()
    });
    let os = Some(text("os")).filter(|os| !os.is_empty()).map(|os| operating_system(&os));
    let main = Some(main).filter(|main| !main.is_empty());
    let several = [&main, &hardware, &os].into_iter().flatten().count();
    let mut identities = Vec::with_capacity(several);
    identities.extend([main, hardware, os].into_iter().flatten());
    Ok(Sighting {
        at: here,
        tag: one_line(&tag),
        name: text("name"),
        hosts: Some(text("host")).filter(|host| !host.is_empty()).into_iter().collect(),
        zone: text("zone"),
        component_type,
        criticality,
        lifecycle: text("lifecycle"),
        owner: text("owner"),
        serial: text("serial"),
        ip: text("ip"),
        mac: text("mac"),
        installed,
        identities,
        ..Sighting::default()
    })
}

/// An empty identity of an asset of a component type, for what a list or a person says of it.
pub fn main_identity(component_type: &str) -> Identity {
    let (layer, kind) = main_layer(component_type);
    Identity { layer, kind, ..Identity::default() }
}

/// A cell may hold several lines; a value holds one.
fn one_line(text: &str) -> String {
    if text.contains(['\n', '\r', '\t']) {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        text.to_owned()
    }
}

/// A day, as a sheet or a person writes it. A day and a month that could be each other's are not guessed.
pub(crate) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let first = text.split(['T', ' ']).next()?;
    if let Ok(date) = first.parse::<Date>() {
        return (date.year() > 0).then_some(date);
    }
    let parts: Vec<&str> = first.split(['.', '/', '-']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let number = |text: &str| text.parse::<i16>().ok().filter(|_| text.chars().all(|c| c.is_ascii_digit()));
    let (a, b, year) = (number(a)?, number(b)?, number(c).filter(|_| c.len() == 4)?);
    let (day, month) = match (first.contains('.'), a, b) {
        (true, day, month) => (day, month),
        (false, day, month) if day > 12 || day == month => (day, month),
        (false, month, day) if day > 12 => (day, month),
        _ => return None,
    };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The component type of 62443-4-2 by what plants and monitoring products call a device.
pub fn component_type(text: &str) -> Option<&'static str> {
    const WORDS: [(&str, &[&str]); 4] = [
        (
            "network_device",
            &[
                "network device",
                "network",
                "switch",
                "router",
                "firewall",
                "gateway",
                "access point",
                "wlan",
                "modem",
                "media converter",
                "netzwerk",
                "vpn",
                "bridge",
                "hub",
                "wireless",
                "data diode",
                "serial server",
                "netzwerkgerat",
            ],
        ),
        (
            "host_device",
            &[
                "host device",
                "host",
                "hmi",
                "server",
                "workstation",
                "engineering station",
                "engineering workstation",
                "pc",
                "ipc",
                "operator station",
                "client",
                "historian",
                "panel",
                "bedienpanel",
                "bedienstation",
                "rechner",
                "laptop",
                "desktop",
                "thin client",
                "endpoint",
                "computer",
                "industrie pc",
                "os client",
                "virtual machine",
                "vm",
                "jump host",
                "scada",
                "engineering",
            ],
        ),
        (
            "software_application",
            &[
                "software application",
                "software",
                "application",
                "anwendung",
                "app",
                "firmware tool",
                "programm",
                "database",
            ],
        ),
        (
            "embedded_device",
            &[
                "embedded device",
                "embedded",
                "plc",
                "sps",
                "rtu",
                "ied",
                "controller",
                "steuerung",
                "regler",
                "drive",
                "umrichter",
                "frequenzumrichter",
                "antrieb",
                "vfd",
                "sensor",
                "actuator",
                "aktor",
                "io",
                "i o",
                "remote io",
                "io module",
                "relay",
                "schutzgerat",
                "schutzrelais",
                "meter",
                "zahler",
                "dcs",
                "dcs controller",
                "safety controller",
                "sis",
                "robot",
                "roboter",
                "motion controller",
                "cnc",
                "camera",
                "kamera",
                "ups",
                "usv",
                "transmitter",
                "feldgerat",
                "field device",
                "power meter",
                "analyzer",
                "instrument",
                "logic solver",
                "cpu",
                "dezentrale peripherie",
                "printer",
            ],
        ),
    ];
    let word = plain(text);
    let equal = WORDS.iter().find(|(_, words)| words.contains(&word.as_str()));
    let within = || {
        WORDS.iter().find(|(_, words)| {
            words.iter().any(|known| {
                word.split(' ').any(|part| part == *known || part.trim_end_matches('s') == *known)
            })
        })
    };
    equal.or_else(within).filter(|_| !word.is_empty()).map(|(kind, _)| *kind)
}

/// low, medium or high where the word is known in English or German; else as written.
fn criticality(text: &str) -> String {
    match plain(text).as_str() {
        "high" | "hoch" | "critical" | "kritisch" | "very high" | "sehr hoch" => "high".to_owned(),
        "medium" | "mittel" | "normal" | "moderate" => "medium".to_owned(),
        "low" | "niedrig" | "gering" => "low".to_owned(),
        _ => one_line(text),
    }
}

/// "Windows Server 2019 10.0.17763" is a product and, where the last word is one, a version.
pub(crate) fn operating_system(text: &str) -> Identity {
    let text = one_line(text);
    let is_version = |word: &str| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit());
    let (product, version) = match text.rsplit_once(' ') {
        Some((product, version)) if is_version(version) => (product.to_owned(), version.to_owned()),
        _ => (text.clone(), String::new()),
    };
    let vendor = if plain(&product).starts_with("windows") { "Microsoft" } else { "" };
    let product = product.strip_prefix("Microsoft ").map(str::to_owned).unwrap_or(product);
    let vendor = if text.starts_with("Microsoft ") { "Microsoft" } else { vendor };
    Identity {
        layer: Layer::Os,
        kind: IdentityKind::OperatingSystem,
        vendor: vendor.to_owned(),
        product,
        version,
        ..Identity::default()
    }
}

/// A sheet of zones with their targets: one SL-T for all FRs.
fn targets(name: &str, sheet: &Sheet) -> Option<Vec<ZoneSighting>> {
    let head = sheet.rows.first()?;
    let column = |names: &[&str]| head.cells.iter().position(|cell| names.contains(&plain(cell).as_str()));
    let id = column(&["zone", "zone id", "id"])?;
    let target = column(&[
        "sl t",
        "slt",
        "target",
        "sl target",
        "target sl",
        "security level target",
        "ziel",
        "soll",
    ])?;
    let label = column(&["name", "zone name", "bezeichnung", "description"]);
    let read = |row: &Row| {
        let level = row.cell(target).parse().ok().and_then(SecurityLevel::new)?;
        let id = row.cell(id);
        let text = label.map_or(id, |label| row.cell(label));
        (!id.is_empty() && hidden(id).or(hidden(text)).is_none()).then(|| ZoneSighting {
            at: at(name, row.number),
            id: id.to_owned(),
            name: if text.is_empty() { id } else { text }.to_owned(),
            sl_t: [level; 7],
        })
    };
    Some(sheet.rows[1..].iter().filter_map(read).collect())
}
