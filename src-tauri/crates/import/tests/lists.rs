//! Asset lists as plants keep them.

#![allow(clippy::unwrap_used, missing_docs)]

use plumbline_import::{
    File, Refusal,
    columns::Mapping,
    list,
    observation::{Observed, Sighting},
};
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

fn file(name: &str, bytes: impl Into<Vec<u8>>) -> File {
    File::new(name, bytes)
}

fn read(text: &str) -> Observed {
    list::read(&file("list.csv", text), None).unwrap()
}

fn refusal(text: &str) -> Refusal {
    list::read(&file("list.csv", text), None).unwrap_err()
}

fn main(s: &Sighting) -> (&str, &str, &str) {
    let identity = &s.identities[0];
    (&identity.vendor, &identity.product, &identity.version)
}

#[test]
fn a_german_list_with_title_rows_totals_and_designations_is_read_whole() {
    let text = "Anlagenverzeichnis Werk Süd;;;;;\nStand 30.06.2026;;;;;\n;;;;;\n\
        Betriebsmittelkennzeichen;Bezeichnung;Hersteller;Typ;Firmwarestand;Inbetriebnahme\n\
        =A1+K01;Pumpensteuerung;Siemens;SIMATIC S7-1500 (6ES7516-3AN01-0AB0);V2.9.4;31.12.2019\n\
        ;;;;;\n-B2;Ventilinsel;Festo;CPX-AP;4.10;2021-02-03\nSumme;2;;;;\n";
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let observed = list::read(&file("werk.csv", bytes.into_owned()), None).unwrap();
    let tags: Vec<&str> = observed.assets.iter().map(|s| s.tag.as_str()).collect();
    assert_eq!(tags, ["=A1+K01", "-B2"]);
    assert_eq!(main(&observed.assets[0]), ("Siemens", "SIMATIC S7-1500 (6ES7516-3AN01-0AB0)", "V2.9.4"));
    assert_eq!(main(&observed.assets[1]).2, "4.10");
    assert_eq!(observed.assets[0].installed.unwrap().to_string(), "2019-12-31");
    assert_eq!((observed.assets[1].at.as_str(), observed.refused.len()), ("row 7", 0));
    assert_eq!(observed.remarks[0].at, "row 8");
}

#[test]
fn every_row_is_taken_or_refused_with_why() {
    let observed = read(
        "tag,name,vendor,product,version,installed\nA1,a,ABB,AC500,1,\nA1,a,ABB,AC500,1,\nA1,a,ABB,AC500,2,\n\
         ,,,,,\n,,Moxa,EDS,3,\nA2,b\u{202e}c,Moxa,EDS,3,\nA3,c,Moxa,EDS,3,soon\nA4,d,Moxa,EDS,3,2020-01-31,x,y\nA5,e\n",
    );
    assert_eq!(observed.assets.iter().map(|s| s.tag.as_str()).collect::<Vec<_>>(), ["A1", "A5"]);
    let refused: Vec<(&str, &str)> =
        observed.refused.iter().map(|r| (r.at.as_str(), r.reason.as_str())).collect();
    for ((at, reason), (want, word)) in refused.iter().zip([
        ("row 3", "the same as row 2"),
        ("row 4", "differs in version"),
        ("row 6", "nothing names the asset"),
        ("row 7", "U+202E"),
        ("row 8", "no date"),
        ("row 9", "8 cells"),
    ]) {
        assert!(*at == want && reason.contains(word), "{at}: {reason}");
    }
    assert_eq!(refused.len(), 6);
}

#[test]
fn what_is_no_list_says_what_it_needs() {
    for (text, word) in [
        ("", "is empty"),
        ("\u{feff}", "is empty"),
        ("a,b,c\n1,2,3\n", "mapping"),
        ("name\nx\n", "mapping"),
        ("tag,tag,name\nA1,A2,x\n", "two columns"),
    ] {
        let refused = refusal(text);
        assert!(refused.what.contains(word), "{text:?}: {refused}");
    }
}

#[test]
fn a_mapping_reads_what_nobody_could_guess() {
    let mapping = Mapping::read(&file(
        "m.json",
        r#"{"columns": {"Kürzel": "tag", "Marke": "vendor", "Ding": "product", "Name": null}}"#,
    ))
    .unwrap();
    let text = "Kürzel;Marke;Ding;Name\nX-1;WAGO;750-880;secret\n";
    let observed = list::read(&file("l.csv", text), Some(&mapping)).unwrap();
    assert_eq!(observed.assets[0].tag, "X-1");
    assert_eq!(main(&observed.assets[0]), ("WAGO", "750-880", ""));
    assert_eq!(observed.assets[0].name, "");
    let told: Vec<Option<&str>> = observed.columns.iter().map(|column| column.field).collect();
    assert_eq!(told, [Some("tag"), Some("vendor"), Some("product"), None]);
    assert_eq!(observed.columns[3].samples, ["secret"]);
}

fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Assets").unwrap();
    sheet.merge_range(0, 0, 0, 5, "Asset register", &Format::new()).unwrap();
    sheet.merge_range(2, 0, 2, 3, "Identity", &Format::new()).unwrap();
    for (column, head) in ["Asset", "Vendor", "Product", "Version", "Zone", "Installed"].iter().enumerate() {
        sheet.write(3, column as u16, *head).unwrap();
    }
    let two = Format::new().set_num_format("0.00");
    let day = Format::new().set_num_format("dd.mm.yyyy");
    for (row, tag) in [(4, "X1"), (5, "X2"), (6, "X3")] {
        sheet.write(row, 0, tag).unwrap();
        sheet.write(row, 1, "Siemens").unwrap();
        sheet.write(row, 2, "SCALANCE").unwrap();
        sheet.write_with_format(row, 5, ExcelDateTime::from_ymd(2015, 1, 3).unwrap(), &day).unwrap();
    }
    sheet.write_with_format(4, 3, 4.1, &two).unwrap();
    sheet.write(5, 3, 4.1).unwrap();
    sheet.write_with_format(6, 3, ExcelDateTime::from_ymd(2026, 2, 1).unwrap(), &day).unwrap();
    sheet.merge_range(4, 4, 6, 4, "DMZ", &Format::new()).unwrap();
    let zones = book.add_worksheet();
    zones.set_name("Zones").unwrap();
    for (row, cells) in [["Zone", "Name", "SL-T"], ["DMZ", "Border", "2"]].iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            zones.write(row as u32, column as u16, *cell).unwrap();
        }
    }
    book.add_worksheet().set_name("Notes").unwrap().write(0, 0, "Ask Anna").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_shows_its_cells_as_the_sheet_does() {
    let observed = list::read(&file("register.xlsx", workbook()), None).unwrap();
    let rows: Vec<(&str, &str, &str)> =
        observed.assets.iter().map(|s| (s.tag.as_str(), main(s).2, s.zone.as_str())).collect();
    // The third one's version is a date, which nobody typed.
    assert_eq!(rows, [("X1", "4.10", "DMZ"), ("X2", "4.1", "DMZ")]);
    assert_eq!(observed.refused[0].at, "Assets, row 7");
    assert!(observed.refused[0].reason.contains("is a date in the sheet (2026-02-01)"));
    assert_eq!(observed.assets[0].installed.unwrap().to_string(), "2015-01-03");
    assert_eq!(observed.zones.len(), 1);
    assert_eq!((observed.zones[0].id.as_str(), observed.zones[0].name.as_str()), ("DMZ", "Border"));
    assert_eq!(observed.zones[0].sl_t.map(|level| level.to_string()), ["2"; 7]);
    assert!(observed.remarks.iter().any(|remark| remark.at.starts_with("Notes")));
}

#[test]
fn a_version_is_what_the_cell_shows_in_every_kind_of_workbook() {
    let books: [(&str, &[u8], &str); 3] = [
        ("formats.xlsx", include_bytes!("seeds/formats.xlsx"), "4.1"),
        ("formats.xls", include_bytes!("seeds/formats.xls"), "4.1"),
        // Its cell shows 4,10.
        ("formats.ods", include_bytes!("seeds/formats.ods"), "4.10"),
    ];
    for (name, bytes, second) in books {
        let observed = list::read(&file(name, bytes), None).unwrap();
        let shown: Vec<&str> = observed.assets.iter().map(|s| main(s).2).collect();
        assert_eq!(shown[..2], ["4.10", second], "{name}");
        assert_eq!(observed.assets[0].serial, "00712", "{name}");
    }
}

#[test]
fn a_monitoring_export_gives_every_layer() {
    let observed = read(
        "Asset ID,Name,IP,MAC Addresses,Vendor,Model,Firmware Version,OS,Type,Serial Number,Order Number\n\
         7,dev-7,\"192.0.2.1, 198.51.100.1\",00:1b:1b:00:e3:01,Siemens,SIPROTEC 5,V9.39,Windows 10 LTSC 2019,PLC,S-1,7SA82-1\n\
         8,dev-8,192.0.2.2,,,,,,Toaster,,\n",
    );
    let first = &observed.assets[0];
    assert_eq!(
        (first.tag.as_str(), first.ip.as_str(), first.component_type.as_str()),
        ("7", "192.0.2.1, 198.51.100.1", "embedded_device")
    );
    assert_eq!(first.identities.len(), 2);
    assert_eq!(first.identities[0].order_number, "7SA82-1");
    assert_eq!(
        (first.identities[1].vendor.as_str(), first.identities[1].product.as_str()),
        ("Microsoft", "Windows 10 LTSC 2019")
    );
    assert_eq!((observed.assets[1].component_type.as_str(), observed.assets[1].identities.len()), ("", 0));
    assert!(observed.remarks.iter().any(|remark| remark.reason.contains("Toaster")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// No bytes bring the reader down, and nothing is lost: every row with something in it is taken, refused, or
    /// told of.
    #[test]
    fn no_mutation_brings_the_reader_down(at in 0usize..4000, byte: u8, cut in 0usize..4000) {
        let text = "Tag;Hersteller;Typ;Stand\n".to_owned() + &"=A1;Siemens;S7;4.10\n\"B;2\";ABB;AC;x\n".repeat(40);
        for original in [text.into_bytes(), workbook()] {
            let mut bytes = original;
            let length = bytes.len();
            bytes[at % length] = byte;
            bytes.truncate(length - cut % length);
            if let Ok(observed) = list::read(&file("x", bytes), None) {
                prop_assert!(observed.assets.len() + observed.refused.len() <= 100);
            }
        }
    }

    /// What a person writes into a cell comes out as it is, whatever the delimiter.
    #[test]
    fn cells_come_out_as_they_are(
        cells in proptest::collection::vec("[ -~äöüß€]{1,20}", 4),
        delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'\t')],
    ) {
        let cells: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
        prop_assume!(cells.iter().all(|cell| !cell.is_empty() && !cell.starts_with("sep=")));
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["Asset tag", "Vendor", "Product", "Version"]).unwrap();
        writer.write_record(["first", "a", "b", "c"]).unwrap();
        writer.write_record(&cells).unwrap();
        let observed = list::read(&file("x.csv", writer.into_inner().unwrap()), None).unwrap();
        let total = observed.remarks.iter().any(|remark| remark.reason.contains("total") || remark.reason.contains("head"));
        prop_assume!(!total && cells[0] != "first");
        let s = observed.assets.iter().find(|s| s.tag == cells[0]).unwrap();
        prop_assert_eq!(main(s), (cells[1].as_str(), cells[2].as_str(), cells[3].as_str()));
    }
}
