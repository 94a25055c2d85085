//! What sources state of a vulnerability, as a finding carries it.

use iec62443::{
    Moment,
    evidence::{self, Cvss, Exploit, Finding, Fix, Weakness},
};
use store::intelligence::Intelligence;
use vulnerability::{
    matching::Match,
    record::{Exploitation, Source, State, VulnerabilityId},
};

use crate::Result;

/// What is stated, all sources taken together.
pub(crate) struct Statement {
    title: String,
    description: String,
    cwes: Vec<Weakness<'static>>,
    cvss: Vec<Cvss<'static>>,
    kev: bool,
    epss: Option<f64>,
    exploit: Option<Exploit>,
}

/// Of several sources each says what it knows best: the words come from the CVE's assigner, else NVD, else the
/// advisory; scores from NVD first, where it has its own.
pub(crate) fn statement(intelligence: &Intelligence, id: &VulnerabilityId) -> Result<Statement> {
    let known = intelligence.about(id)?;
    let of = |source: Source| {
        known
            .iter()
            .filter(move |k| k.source == source && k.state != State::Rejected)
            .flat_map(|k| &k.vulnerabilities)
    };
    let all = || of(Source::Nvd).chain(of(Source::Cve)).chain(of(Source::Csaf));
    let words = || of(Source::Cve).chain(of(Source::Nvd)).chain(of(Source::Csaf));
    let description = words().map(|v| v.description.trim()).find(|d| !d.is_empty()).unwrap_or_default();
    let title = words().map(|v| v.title.trim()).find(|t| !t.is_empty());
    let title = match title {
        Some(title) => title.to_owned(),
        None => first_sentence(description),
    };
    let mut cwes: Vec<Weakness<'static>> = Vec::new();
    for cwe in words().flat_map(|v| &v.cwes) {
        let read = Weakness::read(cwe.to_string().into());
        if matches!(read, Weakness::Cwe(_)) && !cwes.contains(&read) {
            cwes.push(read);
        }
    }
    let mut cvss: Vec<Cvss<'static>> = Vec::new();
    let has_own = of(Source::Nvd).flat_map(|v| &v.cvss).any(|score| score.primary);
    for (score, nvd) in of(Source::Nvd)
        .flat_map(|v| &v.cvss)
        .map(|s| (s, true))
        .chain(of(Source::Cve).chain(of(Source::Csaf)).flat_map(|v| &v.cvss).map(|s| (s, false)))
    {
        if cvss.iter().any(|known| *known.vector == *score.vector) {
            continue;
        }
        let primary = if has_own { nvd && score.primary } else { score.primary };
        cvss.push(Cvss {
            vector: score.vector.to_string().into(),
            source: if primary { evidence::Source::Primary } else { evidence::Source::Secondary },
        });
    }
    let (mut kev, mut epss) = (false, None);
    if let VulnerabilityId::Cve(cve) = id {
        kev = intelligence.exploited(*cve)?.is_some();
        epss = intelligence.probability(*cve)?.map(|probability| probability.score);
    }
    let exploit = all().filter_map(|v| v.exploitation).max().map(|exploitation| match exploitation {
        Exploitation::None => Exploit::None,
        Exploitation::Poc => Exploit::Poc,
        Exploitation::Active => Exploit::Active,
    });
    Ok(Statement { title, description: description.to_owned(), cwes, cvss, kev, epss, exploit })
}

fn first_sentence(text: &str) -> String {
    const LONGEST: usize = 140;
    let end = text.find(". ").unwrap_or(text.len());
    let sentence = text[..end].trim_end_matches('.');
    match sentence.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", sentence[..at].trim_end()),
        None => sentence.to_owned(),
    }
}

impl Statement {
    /// Adds what a finding from elsewhere does not say of its vulnerability. What it says stays.
    pub(crate) fn complete(&self, finding: &mut Finding<'_>) {
        finding.kev |= self.kev;
        finding.epss = finding.epss.or(self.epss);
        finding.exploit = finding.exploit.or(self.exploit);
        if finding.cvss.is_empty() {
            finding.cvss.clone_from(&self.cvss);
        }
        if finding.cwes.is_empty() {
            finding.cwes.clone_from(&self.cwes);
        }
        if finding.description.is_empty() {
            finding.description = self.description.clone().into();
        }
        let bare = finding.vuln.as_ref().is_some_and(|id| *finding.title == **id) || finding.title.is_empty();
        if bare && !self.title.is_empty() {
            finding.title = self.title.clone().into();
        }
    }

    /// A finding that a match brings, with nothing done about it yet.
    pub(crate) fn finding(&self, id: String, asset: &str, m: &Match, opened: Moment) -> Finding<'static> {
        Finding {
            id: id.into(),
            asset: asset.to_owned().into(),
            vuln: Some(m.id.to_string().into()),
            title: self.title.clone().into(),
            description: self.description.clone().into(),
            cwes: self.cwes.clone(),
            cvss: self.cvss.clone(),
            severity: None,
            kev: self.kev,
            epss: self.epss,
            exploit: self.exploit,
            fix: if m.fix == Some(true) { Fix::Available } else { Fix::None },
            opened,
            events: Vec::new(),
            controls: Vec::new(),
        }
    }
}
