//! A loose list of assets: vendor, product, version in any order, with whatever other columns, which are kept
//! as they are.

use vulnerability::matching::Identity;

use crate::{File, Refusal, Result, table};

/// A list of assets that is matched and not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loose {
    /// The columns, as the first line names them.
    pub columns: Vec<String>,
    /// The rows, each as long as there are columns.
    pub rows: Vec<Vec<String>>,
    places: [Option<usize>; 6],
}

const NAMES: [&str; 6] = ["vendor", "product", "version", "cpe", "purl", "order_number"];

impl Loose {
    /// Reads the list. Cells are separated by comma, semicolon or tab, whichever the first line has most of.
    ///
    /// # Errors
    /// [`Refusal`] with the line of the first fault.
    pub fn read(file: &File) -> Result<Loose> {
        let text = table::text(file)?;
        let first = text.lines().next().unwrap_or_default();
        let often = |sign: char| first.matches(sign).count();
        let separator = [',', ';', '\t'].into_iter().rev().max_by_key(|sign| often(*sign)).unwrap_or(',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator as u8)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let lines = table::Lines::new(text);
        let fault = |error: &csv::Error| table::fault(&file.name, &lines, error);
        let columns: Vec<String> =
            reader.headers().map_err(|error| fault(&error))?.iter().map(str::to_owned).collect();
        let place = |name: &str| {
            columns.iter().position(|column| {
                column.eq_ignore_ascii_case(name) || column.eq_ignore_ascii_case(&name.replace('_', " "))
            })
        };
        let places = NAMES.map(place);
        if places[1].is_none() && places[3..].iter().all(Option::is_none) {
            return Err(Refusal::line(
                &file.name,
                1,
                "there is no column product (nor cpe, purl or order_number); the first line names the columns: vendor,product,version",
            ));
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| fault(&error))?;
            rows.push(record.iter().map(str::to_owned).collect());
        }
        Ok(Loose { columns, rows, places })
    }

    /// What a row says the asset is.
    pub fn identity(&self, row: &[String]) -> Identity {
        let cell =
            |at: usize| self.places[at].and_then(|column| row.get(column)).cloned().unwrap_or_default();
        Identity {
            vendor: cell(0),
            product: cell(1),
            version: cell(2),
            cpe: cell(3),
            purl: cell(4),
            order_number: cell(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_columns_in_any_order_and_keeps_the_others() {
        for text in [
            "id,vendor,Product,version\n1,Siemens,\"SCALANCE, X\",V1\n",
            "\u{feff}id;vendor;Product;version\r\n1;Siemens;SCALANCE, X;V1\r\n",
            "id\tvendor\tProduct\tversion\n1\tSiemens\tSCALANCE, X\tV1\n",
        ] {
            let loose = Loose::read(&File::new("list.csv", text)).unwrap();
            assert_eq!(loose.columns, ["id", "vendor", "Product", "version"]);
            let identity = loose.identity(&loose.rows[0]);
            assert_eq!((identity.vendor.as_str(), identity.product.as_str()), ("Siemens", "SCALANCE, X"));
            assert_eq!(identity.version, "V1");
        }
        let refused = Loose::read(&File::new("list.csv", "a,b\n")).unwrap_err();
        assert!(refused.to_string().contains("line 1"), "{refused}");
        let refused = Loose::read(&File::new("list.csv", "product,b\n1,2\n1\n")).unwrap_err();
        assert!(refused.to_string().contains("line 3"), "{refused}");
    }
}
