//! A finding at a moment: its events replayed (scoring.md section 2).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use vulnerability::{Severity, Vector, cvss::Version};

use crate::{
    evidence::{Control, ControlStatus, Cvss, Event, EventKind, Exploit, Finding, Fix, Source},
    level::FrSet,
    moment::Moment,
};

/// State of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Still there.
    Open,
    /// A fix was installed.
    Remediated,
    /// No longer seen or not applicable.
    Closed,
    /// It never was.
    Excluded,
}

impl State {
    /// The word used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Remediated => "remediated",
            State::Closed => "closed",
            State::Excluded => "excluded",
        }
    }
}

/// Severity as the method sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rating {
    /// Neither a usable vector nor a scanner's word; counts as high.
    Unscored,
    /// A severity band.
    Rated(Severity),
}

impl Rating {
    /// Critical, high or unscored: limits exposure outright.
    pub fn is_high(self) -> bool {
        matches!(self, Rating::Unscored | Rating::Rated(Severity::High | Severity::Critical))
    }

    /// Medium or above, or unscored: counts for patching and compensation.
    pub fn is_relevant(self) -> bool {
        self.is_high() || self == Rating::Rated(Severity::Medium)
    }

    /// The word used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Rating::Unscored => "unscored",
            Rating::Rated(Severity::Critical) => "critical",
            Rating::Rated(Severity::High) => "high",
            Rating::Rated(Severity::Medium) => "medium",
            Rating::Rated(Severity::Low) => "low",
            Rating::Rated(Severity::None) => "none",
        }
    }

    /// All ratings, worst first, unscored last.
    pub const ALL: [Rating; 6] = [
        Rating::Rated(Severity::Critical),
        Rating::Rated(Severity::High),
        Rating::Rated(Severity::Medium),
        Rating::Rated(Severity::Low),
        Rating::Rated(Severity::None),
        Rating::Unscored,
    ];
}

impl Serialize for Rating {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How well a finding is covered by its best control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cover {
    /// Not at all.
    #[default]
    None,
    /// An implemented control.
    Implemented,
    /// A verified control.
    Verified,
}

impl Cover {
    /// What it adds to the attacker class: 0, 1 or 2.
    pub fn steps(self) -> u8 {
        self as u8
    }
}

/// What a control is worth at a moment: by its latest status, and only while the day is not past its expiry.
pub fn control_cover(control: &Control<'_>, moment: Moment) -> Cover {
    if control.expires.is_some_and(|last| moment.day() > last) {
        return Cover::None;
    }
    match control_status(control, moment) {
        Some(ControlStatus::Verified) => Cover::Verified,
        Some(ControlStatus::Implemented) => Cover::Implemented,
        _ => Cover::None,
    }
}

/// A control's latest status at a moment; of entries at the same instant the last in the document.
pub fn control_status(control: &Control<'_>, moment: Moment) -> Option<ControlStatus> {
    control
        .history
        .iter()
        .filter(|change| change.at <= moment)
        .max_by_key(|change| change.at)
        .map(|change| change.status)
}

/// Where a finding stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// State.
    pub state: State,
    /// Somebody has dealt with it since it was last opened.
    pub triaged: bool,
    /// Work on it is put off.
    pub deferred: bool,
    /// Day from which a fix is known.
    pub fix: Option<Date>,
    /// Day on which it left the open state for the last time.
    pub left_open: Option<Date>,
    /// FRs a person has set.
    pub overridden: Option<FrSet>,
}

impl Standing {
    /// Open at the moment, or left the open state for the last time on a day of the period.
    pub fn is_in_period(&self, period_from: Date) -> bool {
        self.state == State::Open || self.left_open.is_some_and(|day| day >= period_from)
    }
}

/// Replays a finding's events up to a moment, in order of time, ties in document order. None when it was
/// not yet opened.
pub fn standing(finding: &Finding<'_>, moment: Moment) -> Option<Standing> {
    let mut standing = None;
    standings(finding, &[moment], |_, now| standing = Some(*now));
    standing
}

/// Replays a finding's events once over moments in ascending order, and tells where it stands at each at which it was
/// opened already, with the moment's place.
pub fn standings(finding: &Finding<'_>, moments: &[Moment], mut tell: impl FnMut(usize, &Standing)) {
    let first = moments.partition_point(|moment| *moment < finding.opened);
    if first == moments.len() {
        return;
    }
    let mut now = Standing {
        state: State::Open,
        triaged: false,
        deferred: false,
        fix: (finding.fix == Fix::Available).then(|| finding.opened.day()),
        left_open: None,
        overridden: None,
    };
    let mut sorted;
    let mut events = finding.events.as_slice();
    if !events.is_sorted_by_key(|event| event.at) {
        sorted = finding.events.clone();
        sorted.sort_by_key(|event| event.at);
        events = &sorted;
    }
    for (place, moment) in moments.iter().enumerate().skip(first) {
        while let Some((event, rest)) = events.split_first().filter(|(event, _)| event.at <= *moment) {
            now.apply(event);
            events = rest;
        }
        tell(place, &now);
    }
}

impl Standing {
    fn leave(&mut self, at: Moment, state: State) {
        if self.state == State::Open {
            self.left_open = Some(at.day());
        }
        self.state = state;
        self.triaged = true;
    }

    pub(crate) fn apply(&mut self, event: &Event) {
        match event.kind {
            EventKind::Acknowledged | EventKind::Ticketed | EventKind::RiskAccepted => self.triaged = true,
            EventKind::Deferred => {
                self.triaged = true;
                self.deferred = true;
            }
            EventKind::Undeferred => self.deferred = false,
            EventKind::FixAvailable => self.fix = self.fix.or(Some(event.at.day())),
            EventKind::Patched => {
                self.leave(event.at, State::Remediated);
                self.deferred = false;
            }
            EventKind::Closed => {
                self.leave(event.at, State::Closed);
                self.deferred = false;
            }
            EventKind::FalsePositive => self.leave(event.at, State::Excluded),
            EventKind::Reopened => {
                self.state = State::Open;
                self.triaged = false;
                self.deferred = false;
            }
            EventKind::FrOverride => self.overridden = Some(event.frs),
        }
    }
}

/// The vector the method uses: highest version first, primary before secondary, then document order.
/// Texts that do not parse are skipped. `parse` may look into a cache.
pub fn chosen_vector<'f>(
    cvss: &'f [Cvss<'_>],
    mut parse: impl FnMut(&'f str) -> Option<Vector>,
) -> Option<(usize, Vector)> {
    let mut best: Option<(usize, Vector, (Version, std::cmp::Reverse<Source>))> = None;
    for (index, entry) in cvss.iter().enumerate() {
        let Some(vector) = parse(&entry.vector) else { continue };
        let rank = (vector.version(), std::cmp::Reverse(entry.source));
        if best.is_none_or(|(_, _, leading)| rank > leading) {
            best = Some((index, vector, rank));
        }
    }
    best.map(|(index, vector, _)| (index, vector))
}

/// Severity by the chosen vector, else by the scanner's word, else unscored.
pub fn rating(finding: &Finding<'_>, vector: Option<Vector>) -> Rating {
    match (vector, finding.severity) {
        (Some(vector), _) => Rating::Rated(vector.severity()),
        (None, Some(word)) => Rating::Rated(word),
        (None, None) => Rating::Unscored,
    }
}

/// The attacker class while no control covers the finding, 1 to 4.
pub fn bare_class(finding: &Finding<'_>, vector: Option<Vector>, rating: Rating) -> u8 {
    let by_means = match (vector, rating) {
        (Some(vector), _) => vector.attacker_class(),
        (None, Rating::Rated(Severity::Critical)) => 2,
        (None, Rating::Rated(Severity::High) | Rating::Unscored) => 3,
        (None, _) => 4,
    };
    let exploited = finding.kev
        || matches!(finding.exploit, Some(Exploit::Functional | Exploit::Active))
        || finding.epss.is_some_and(|p| p >= 0.5);
    if exploited { (by_means - 1).max(1) } else { by_means }
}

/// The security level whose attacker can be expected to carry the exploit out past the cover there is, 1 to 5 (5:
/// beyond SL 4).
pub fn attacker_class(bare: u8, cover: Cover) -> u8 {
    (bare + cover.steps()).min(5)
}
