//! Four tiers in which findings are best worked, and why. Apart from the scoring method: a tier lowers or
//! raises no level.
//!
//! | tier | when |
//! | --- | --- |
//! | 1 | exploited, and the exploit reaches over the network or the asset is critical |
//! | 2 | exploited otherwise; or an exploit is likely (a working one is known, or EPSS of 10 % and more) and the severity high; or critical severity on a critical or exposed asset |
//! | 3 | high severity; or medium with a public proof of concept, EPSS of 1 % and more, or on a critical asset |
//! | 4 | everything else |
//!
//! Exploited: listed in CISA's KEV, or an exploit is active. A critical asset is one whose criticality is high,
//! or one in a safety zone. An exposed one is attackable over the network and stands at Purdue level 3 or above.
//! Unscored counts as high (scoring.md section 2).

use serde::{Deserialize, Serialize};
use vulnerability::{Severity, cvss};

use crate::{
    assessment::Verdict,
    evidence::{Exploit, Finding},
    finding::Rating,
    plant::{AssetDetail, ZoneDetail},
};

/// EPSS from which an exploit is likely.
pub const LIKELY: f64 = 0.1;
/// EPSS from which an exploit is possible.
pub const POSSIBLE: f64 = 0.01;

/// A tier, 1 first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tier(u8);

impl Tier {
    /// 1 to 4.
    pub fn get(self) -> u8 {
        self.0
    }

    /// Its digit.
    pub fn as_str(self) -> &'static str {
        ["1", "2", "3", "4"][usize::from(self.0.clamp(1, 4) - 1)]
    }
}

/// What spoke for a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Because {
    /// In CISA's catalogue of known exploited vulnerabilities.
    Kev,
    /// An exploit is in use.
    Active,
    /// A working exploit is known.
    Functional,
    /// A proof of concept is public.
    Poc,
    /// EPSS says likely.
    EpssLikely,
    /// EPSS says possible.
    EpssPossible,
    /// Severity critical.
    Critical,
    /// Severity high.
    High,
    /// No score; counts as high.
    Unscored,
    /// Severity medium.
    Medium,
    /// Severity low or none.
    Low,
    /// Attackable over the network.
    Network,
    /// Over the network, at Purdue level 3 or above.
    Exposed,
    /// The asset's criticality is high.
    CriticalAsset,
    /// The zone is safety related.
    Safety,
}

impl Because {
    /// All of them.
    pub const ALL: [Because; 15] = [
        Because::Kev,
        Because::Active,
        Because::Functional,
        Because::Poc,
        Because::EpssLikely,
        Because::EpssPossible,
        Because::Critical,
        Because::High,
        Because::Unscored,
        Because::Medium,
        Because::Low,
        Because::Network,
        Because::Exposed,
        Because::CriticalAsset,
        Because::Safety,
    ];

    /// Its word in documents and locale files.
    pub fn as_str(self) -> &'static str {
        match self {
            Because::Kev => "kev",
            Because::Active => "active",
            Because::Functional => "functional",
            Because::Poc => "poc",
            Because::EpssLikely => "epss_likely",
            Because::EpssPossible => "epss_possible",
            Because::Critical => "critical",
            Because::High => "high",
            Because::Unscored => "unscored",
            Because::Medium => "medium",
            Because::Low => "low",
            Because::Network => "network",
            Because::Exposed => "exposed",
            Because::CriticalAsset => "critical_asset",
            Because::Safety => "safety",
        }
    }
}

/// Everything that speaks for a finding's tier.
pub fn because(
    finding: &Finding<'_>,
    verdict: &Verdict,
    asset: &AssetDetail,
    zone: Option<&ZoneDetail>,
) -> Vec<Because> {
    let mut list = Vec::with_capacity(6);
    if finding.kev {
        list.push(Because::Kev);
    }
    match finding.exploit {
        Some(Exploit::Active) => list.push(Because::Active),
        Some(Exploit::Functional) => list.push(Because::Functional),
        Some(Exploit::Poc) => list.push(Because::Poc),
        Some(Exploit::None) | None => {}
    }
    match finding.epss {
        Some(epss) if epss >= LIKELY => list.push(Because::EpssLikely),
        Some(epss) if epss >= POSSIBLE => list.push(Because::EpssPossible),
        _ => {}
    }
    list.push(match verdict.rating {
        Rating::Unscored => Because::Unscored,
        Rating::Rated(Severity::Critical) => Because::Critical,
        Rating::Rated(Severity::High) => Because::High,
        Rating::Rated(Severity::Medium) => Because::Medium,
        Rating::Rated(Severity::Low | Severity::None) => Because::Low,
    });
    let vector = verdict.vector.and_then(|index| finding.cvss.get(usize::from(index)));
    if vector.is_some_and(|entry| cvss::is_over_network(&entry.vector)) {
        let near =
            zone.and_then(|zone| zone.purdue.trim().parse::<f64>().ok()).is_some_and(|level| level >= 3.0);
        list.push(if near { Because::Exposed } else { Because::Network });
    }
    if asset.criticality == "high" {
        list.push(Because::CriticalAsset);
    }
    if zone.is_some_and(|zone| zone.safety) {
        list.push(Because::Safety);
    }
    list
}

/// The tier that follows.
pub fn tier(because: &[Because]) -> Tier {
    let any = |wanted: &[Because]| wanted.iter().any(|one| because.contains(one));
    let exploited = any(&[Because::Kev, Because::Active]);
    let likely = exploited || any(&[Because::Functional, Because::EpssLikely]);
    let possible = likely || any(&[Because::Poc, Because::EpssPossible]);
    let critical_asset = any(&[Because::CriticalAsset, Because::Safety]);
    let high = any(&[Because::Critical, Because::High, Because::Unscored]);
    Tier(if exploited && (critical_asset || any(&[Because::Network, Because::Exposed])) {
        1
    } else if exploited
        || likely && high
        || any(&[Because::Critical]) && (critical_asset || any(&[Because::Exposed]))
    {
        2
    } else if high || any(&[Because::Medium]) && (possible || critical_asset) {
        3
    } else {
        4
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table_holds() {
        use Because::{
            Critical, CriticalAsset, EpssLikely, EpssPossible, Exposed, High, Kev, Low, Medium, Network, Poc,
            Safety,
        };
        for (because, expected) in [
            (&[Kev, Low, Network][..], 1),
            (&[Kev, High, Safety], 1),
            (&[Kev, High], 2),
            (&[EpssLikely, High], 2),
            (&[Critical, Exposed], 2),
            (&[Critical, CriticalAsset], 2),
            (&[Critical, Network], 3),
            (&[Medium, Poc], 3),
            (&[Medium, EpssPossible], 3),
            (&[Medium], 4),
            (&[Low, CriticalAsset], 4),
        ] {
            assert_eq!(tier(because).get(), expected, "{because:?}");
        }
    }

    proptest! {
        /// Learning more that speaks for a finding never makes it less urgent.
        #[test]
        fn more_reasons_never_wait_longer(reasons in prop::collection::vec(prop::sample::select(&Because::ALL[..]), 0..8), one in prop::sample::select(&Because::ALL[..])) {
            let mut more = reasons.clone();
            more.push(one);
            prop_assert!(tier(&more) <= tier(&reasons));
        }
    }
}
