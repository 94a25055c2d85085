//! Mitigations of MITRE ATT&CK for ICS that carry requirements of IEC 62443-3-3: suggestions for compensating controls.

use iec62443::catalogue;

use crate::view;

/// The notice that goes with ATT&CK's names wherever they are shown.
pub const ATTACK_NOTICE: &str =
    "© The MITRE Corporation. MITRE ATT&CK names are reproduced with its permission.";

/// All of them, by number.
pub fn all() -> Vec<view::MitigationView> {
    catalogue::mitigations()
        .iter()
        .map(|mitigation| view::MitigationView {
            id: mitigation.id.clone(),
            name: mitigation.name.clone(),
            srs: mitigation.srs.clone(),
            against: mitigation.against.clone(),
        })
        .collect()
}
