//! Components by IEC 62443-4-2: what an asset can do (SL-C), how that is known, and where a zone's target asks for more.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Fr, Plant, SecurityLevel,
    catalogue::{self, ComponentRequirement},
    plant::AssetDetail,
    words,
};

words!(Basis { Certificate = "certificate", SelfDeclared = "self_declared", Assessed = "assessed" });

/// How a capability is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A certifier certified it.
    Certificate,
    /// Its vendor says so.
    #[default]
    SelfDeclared,
    /// Its requirements were gone through one by one.
    Assessed,
}

words!(Fulfilled { Met = "met", NotMet = "not_met", NotApplicable = "not_applicable" });

/// Whether a component does what a requirement asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fulfilled {
    /// It does.
    Met,
    /// It does not.
    NotMet,
    /// It has nothing that the requirement could be of.
    NotApplicable,
}

/// What is known of an asset as a component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Component {
    /// SL-C by FR as certified or declared.
    pub sl_c: Option<[SecurityLevel; 7]>,
    /// How that is known.
    pub basis: Basis,
    /// Number of the certificate.
    pub certificate: String,
    /// Who certified it.
    pub certifier: String,
    /// Last day of the certificate.
    pub valid_until: Option<Date>,
    /// What else is to be known, or where it is written.
    pub note: String,
    /// Requirements that were gone through, by id.
    pub answers: BTreeMap<String, Fulfilled>,
}

impl Component {
    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Component::default()
    }

    /// Whether a certificate had run out by a day.
    pub fn has_expired(&self, on: Date) -> bool {
        self.basis == Basis::Certificate && self.valid_until.is_some_and(|day| day < on)
    }

    /// The level by FR that its answers show: the highest for which every requirement of its type at that level or below
    /// is met or not applicable; none where nothing was answered.
    pub fn answered(&self, component_type: &str) -> [Option<SecurityLevel>; 7] {
        Fr::ALL.map(|fr| {
            let of: Vec<&ComponentRequirement> =
                requirements(component_type).filter(|requirement| requirement.fr == fr).collect();
            if !of.iter().any(|requirement| self.answers.contains_key(&requirement.id)) {
                return None;
            }
            let fulfilled = |requirement: &&ComponentRequirement| {
                self.answers.get(&requirement.id).is_some_and(|answer| *answer != Fulfilled::NotMet)
            };
            (0..=4u8)
                .rev()
                .filter_map(SecurityLevel::new)
                .find(|level| of.iter().filter(|requirement| requirement.sl <= *level).all(fulfilled))
        })
    }

    /// The capability by FR: as certified or declared, else as its answers show.
    pub fn capability(&self, component_type: &str) -> [Option<SecurityLevel>; 7] {
        match self.sl_c {
            Some(levels) => levels.map(Some),
            None => self.answered(component_type),
        }
    }

    /// Requirements of its type up to a level of an FR that it does not fulfil.
    pub fn unmet<'c>(
        &'c self,
        component_type: &'c str,
        fr: Fr,
        level: SecurityLevel,
    ) -> impl Iterator<Item = &'static ComponentRequirement> + 'c {
        requirements(component_type)
            .filter(move |requirement| requirement.fr == fr && requirement.sl <= level)
            .filter(|requirement| self.answers.get(&requirement.id) == Some(&Fulfilled::NotMet))
    }
}

/// What the components of a zone can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capability {
    /// The weakest SL-C by FR among the components whose SL-C is known.
    pub weakest: [Option<SecurityLevel>; 7],
    /// Components whose SL-C is known.
    pub known: usize,
    /// All components.
    pub assets: usize,
    /// What must be compensated because a component cannot do it, by FR, level and product.
    pub short: Vec<Short>,
}

/// Components of one product that can do less in an FR than their zone's target asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short {
    /// The FR.
    pub fr: Fr,
    /// SL-C there.
    pub sl_c: SecurityLevel,
    /// SL-T there.
    pub target: SecurityLevel,
    /// Vendor and product, or the tag where that is not known.
    pub product: String,
    /// Their places among the plant's assets.
    pub assets: Vec<usize>,
    /// Requirements up to the target that are known not to be met.
    pub unmet: Vec<String>,
}

/// Vendor and product of an asset's main identity; empty when not known.
pub fn product(detail: &AssetDetail) -> String {
    let main = detail.identities.first();
    main.map(|main| format!("{} {}", main.vendor.trim(), main.product.trim()).trim().to_owned())
        .unwrap_or_default()
}

/// What the components of each zone can do, in the order of the zones. Assets of a zone that there is not count nowhere.
pub fn capabilities(plant: &Plant) -> Vec<Capability> {
    let evidence = &plant.evidence;
    let mut zones: Vec<Capability> = vec![Capability::default(); evidence.zones.len()];
    let mut short: Vec<BTreeMap<(Fr, SecurityLevel, String), Short>> =
        vec![BTreeMap::new(); evidence.zones.len()];
    let places: rustc_hash::FxHashMap<&str, usize> =
        evidence.zones.iter().enumerate().map(|(at, zone)| (&*zone.id, at)).collect();
    for (at, (asset, detail)) in evidence.assets.iter().zip(&plant.assets).enumerate() {
        let Some(place) = places.get(&*asset.zone).copied() else { continue };
        let zone = &mut zones[place];
        zone.assets += 1;
        let Some(component) = plant.work.components.get(&*asset.id) else { continue };
        let capability = component.capability(&detail.component_type);
        zone.known += usize::from(capability.iter().any(Option::is_some));
        for fr in Fr::ALL {
            let Some(sl_c) = capability[fr.index()] else { continue };
            let weakest = &mut zone.weakest[fr.index()];
            *weakest = Some(weakest.map_or(sl_c, |other| other.min(sl_c)));
            let target = evidence.zones[place].sl_t[fr.index()];
            if sl_c >= target {
                continue;
            }
            let name = match product(detail) {
                name if name.is_empty() => detail.tag.clone(),
                name => name,
            };
            let entry = short[place].entry((fr, sl_c, name.clone())).or_insert_with(|| Short {
                fr,
                sl_c,
                target,
                product: name,
                assets: Vec::new(),
                unmet: Vec::new(),
            });
            entry.assets.push(at);
            for requirement in component.unmet(&detail.component_type, fr, target) {
                if !entry.unmet.contains(&requirement.id) {
                    entry.unmet.push(requirement.id.clone());
                }
            }
        }
    }
    for (zone, short) in zones.iter_mut().zip(short) {
        zone.short = short.into_values().collect();
    }
    zones
}

/// The CRs, SARs, EDRs, HDRs and NDRs of a component type, in the standard's order; none for a type that is not known.
pub fn requirements(component_type: &str) -> impl Iterator<Item = &'static ComponentRequirement> {
    catalogue::component()
        .iter()
        .filter(move |requirement| requirement.types.iter().any(|one| one == component_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_own_requirements() {
        let of = |component_type: &str, prefix: &str| {
            requirements(component_type).filter(|requirement| requirement.id.starts_with(prefix)).count()
        };
        for (component_type, own) in [
            ("software_application", "SAR"),
            ("embedded_device", "EDR"),
            ("host_device", "HDR"),
            ("network_device", "NDR"),
        ] {
            assert!(of(component_type, "CR") > 50, "{component_type}");
            assert!(of(component_type, own) > 0, "{component_type}");
            let others = ["SAR", "EDR", "HDR", "NDR"].into_iter().filter(|other| *other != own);
            assert_eq!(others.map(|other| of(component_type, other)).sum::<usize>(), 0, "{component_type}");
        }
        assert_eq!(requirements("").count(), 0);
    }

    #[test]
    fn answers_show_a_level_when_everything_below_it_is_answered() {
        let kind = "network_device";
        let mut component = Component { basis: Basis::Assessed, ..Component::default() };
        assert_eq!(component.capability(kind), [None; 7]);
        // Level by level, worked out from the list itself.
        for level in 0..=4u8 {
            for requirement in requirements(kind).filter(|one| one.fr == Fr::Iac && one.sl.get() == level) {
                component.answers.insert(requirement.id.clone(), Fulfilled::Met);
            }
            let shown = component.capability(kind)[0].map(SecurityLevel::get);
            let next = requirements(kind)
                .filter(|one| one.fr == Fr::Iac && one.sl.get() > level)
                .map(|one| one.sl.get())
                .min();
            let any = !component.answers.is_empty();
            assert_eq!(shown, any.then_some(next.map_or(4, |next| next - 1)), "level {level}");
        }
        let hardest = requirements(kind).filter(|one| one.fr == Fr::Iac).max_by_key(|one| one.sl).unwrap();
        component.answers.insert(hardest.id.clone(), Fulfilled::NotMet);
        assert_eq!(component.capability(kind)[0].map(SecurityLevel::get), Some(hardest.sl.get() - 1));
        assert_eq!(component.unmet(kind, Fr::Iac, SecurityLevel::MAX).count(), 1);
        assert_eq!(component.capability(kind)[1], None);
        // What a certificate says stands above the answers.
        component.sl_c = Some([SecurityLevel::ZERO; 7]);
        assert_eq!(component.capability(kind)[0], Some(SecurityLevel::ZERO));
    }

    #[test]
    fn a_certificate_runs_out() {
        let day = |text: &str| -> Date { text.parse().unwrap() };
        let mut component = Component {
            basis: Basis::Certificate,
            valid_until: Some(day("2026-06-30")),
            ..Component::default()
        };
        assert!(!component.has_expired(day("2026-06-30")));
        assert!(component.has_expired(day("2026-07-01")));
        component.basis = Basis::SelfDeclared;
        assert!(!component.has_expired(day("2026-07-01")));
    }
}
