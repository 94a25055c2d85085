//! What a file says against what is known of the plant: which asset is meant, what is new, what differs, what is
//! gone. Pure: the same plant, the same earlier files and the same file give the same result.
//!
//! A value is changed when nobody knew it, or when this or another file said the one that stands there. What no
//! file has said was put there by a person, and stays; the difference is told. A scanner never overrules a list.

use std::net::IpAddr;

use iec62443::{
    Moment, Plant, SecurityLevel,
    evidence::{Asset, Cvss, Finding, Source, Weakness, Zone},
    finding::State,
    plant::{AssetDetail, EventNote, Identity, IdentityKind, ZoneDetail},
};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use vulnerability::name::plain;

use crate::observation::{Fault, Kind, Observed, Refused, Sighting};

/// The zone of assets of which no file says where they are.
pub const UNASSIGNED: &str = "unassigned";

/// A sighting with the asset that it was taken for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Joined {
    /// The asset's id.
    pub asset: String,
    /// Why it is this one.
    pub by: By,
    /// What was seen.
    pub sighting: Sighting,
}

/// What joined a sighting to an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Nothing: the asset is new.
    New,
    /// The tag.
    Tag,
    /// A MAC address.
    Mac,
    /// The serial number.
    Serial,
    /// An IP address.
    Ip,
    /// A name.
    Name,
    /// The product, for parts lists.
    Product,
    /// A person said so.
    Given,
}

impl By {
    /// Its name in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            By::New => "new",
            By::Tag => "tag",
            By::Mac => "mac",
            By::Serial => "serial",
            By::Ip => "ip",
            By::Name => "name",
            By::Product => "product",
            By::Given => "given",
        }
    }
}

/// What a file said that was taken in earlier.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// Its source: files of one source replace each other.
    pub source: String,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub file: String,
    /// What it said.
    pub joined: Vec<Joined>,
}

/// Two who say different things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Asset.
    pub asset: String,
    /// What of it.
    pub field: String,
    /// What stands now.
    pub kept: String,
    /// What was not taken, or was replaced.
    pub other: String,
    /// Who says that: a file, or nobody's file (a person).
    pub said_by: String,
    /// Whether what stands now is from this file.
    pub taken: bool,
}

/// What is there no more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Gone {
    /// An asset that this source named before.
    Asset(String),
    /// A finding that this scanner named before on an asset that it has seen again.
    Finding(String),
}

/// The outcome.
#[derive(Clone, Debug)]
pub struct Merged {
    /// What is new or different, and nothing else, in the plant's shape.
    pub plant: Plant,
    /// Every sighting with its asset.
    pub joined: Vec<Joined>,
    /// Sightings that are new, change something, change nothing.
    pub counts: [u32; 3],
    /// Findings that are new, and those there already.
    pub findings: [u32; 2],
    /// Zones that were made.
    pub zones: Vec<String>,
    /// Zones that were there without a target and have one now.
    pub targets: Vec<String>,
    /// Who says different things.
    pub conflicts: Vec<Conflict>,
    /// What is gone.
    pub gone: Vec<Gone>,
    /// Findings that were there and were seen again.
    pub seen: Vec<String>,
    /// Those of them that were closed or remediated before this scan: they are open again.
    pub reopened: Vec<String>,
    /// Those of them that a person has decided are none, or that a list names which looks at nothing by itself.
    pub again: Vec<String>,
    /// What was not taken.
    pub refused: Vec<Refused>,
    /// What is worth knowing.
    pub remarks: Vec<Refused>,
}

/// How to take a file in.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Its source.
    pub source: String,
    /// The asset that everything in it is meant for.
    pub asset: Option<String>,
}

/// A MAC address as twelve digits.
fn macs(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split([',', ';', ' ', '\n', '|', '/'])
        .map(|mac| mac.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase())
        .filter(|mac| mac.len() == 12 && mac.bytes().any(|digit| digit != b'0') && mac != "ffffffffffff")
}

fn ips(text: &str) -> impl Iterator<Item = IpAddr> + '_ {
    text.split([',', ';', ' ', '\n', '|'])
        .filter_map(|ip| ip.split('/').next()?.parse::<IpAddr>().ok())
        .filter(|ip| !ip.is_unspecified() && !ip.is_loopback())
}

/// A serial number that can tell assets apart: not a word for "none".
fn serial(text: &str) -> Option<String> {
    let serial = plain(text);
    let none = ["unknown", "none", "unbekannt", "keine", "null", "nan", "tbd", "notavailable"]
        .contains(&serial.as_str());
    (serial.len() >= 4 && !none && serial.chars().any(|c| c.is_ascii_digit() && c != '0')).then_some(serial)
}

/// A host's name in full and, where it has a domain, without that.
fn host(text: &str) -> Vec<String> {
    let name = text.trim().to_lowercase();
    let short = name.split('.').next().unwrap_or_default();
    if short.is_empty() || name.parse::<IpAddr>().is_ok() || short == "localhost" {
        return Vec::new();
    }
    if short.len() == name.len() { vec![name] } else { vec![short.to_owned(), name] }
}

/// Assets by what they are known by; a sign that several share tells nothing.
#[derive(Default)]
struct Index {
    tags: FxHashMap<String, Option<usize>>,
    macs: FxHashMap<String, Option<usize>>,
    serials: FxHashMap<String, Option<usize>>,
    ips: FxHashMap<IpAddr, Option<usize>>,
    hosts: FxHashMap<String, Option<usize>>,
}

/// Notes a sign. What stands there already is another's too; what is new is only taken in where that is `wanted`.
fn note<K: std::hash::Hash + Eq>(map: &mut FxHashMap<K, Option<usize>>, key: K, at: usize, wanted: bool) {
    match map.get_mut(&key) {
        Some(known) => *known = known.filter(|known| *known == at),
        None if wanted => drop(map.insert(key, Some(at))),
        None => {}
    }
}

impl Index {
    fn add(&mut self, at: usize, id: &str, detail: &AssetDetail) {
        self.signs(at, id, detail, true);
    }

    /// An asset that this file was taken for: nothing more in it can be that one, but what it shares with another
    /// tells them apart no longer.
    fn share(&mut self, at: usize, id: &str, detail: &AssetDetail) {
        // A new plant shares nothing.
        if !self.tags.is_empty() {
            self.signs(at, id, detail, false);
        }
    }

    fn signs(&mut self, at: usize, id: &str, detail: &AssetDetail, wanted: bool) {
        note(&mut self.tags, detail.tag.to_lowercase(), at, wanted);
        if id != detail.tag {
            note(&mut self.tags, id.to_lowercase(), at, wanted);
        }
        for mac in macs(&detail.mac) {
            note(&mut self.macs, mac, at, wanted);
        }
        if let Some(serial) = serial(&detail.serial) {
            note(&mut self.serials, serial, at, wanted);
        }
        for ip in ips(&detail.ip) {
            note(&mut self.ips, ip, at, wanted);
        }
        for name in [host(&detail.name), host(&detail.tag)].into_iter().flatten() {
            note(&mut self.hosts, name, at, wanted);
        }
    }
}

/// All that a sighting is known by: tag, name, serial, IP, MAC and names in the network.
type Signs<'s> = ([&'s str; 5], &'s [String]);

fn signs(s: &Sighting) -> Signs<'_> {
    ([&s.tag, &s.name, &s.serial, &s.ip, &s.mac], &s.hosts)
}

struct Work<'w> {
    known: &'w Plant,
    way: &'w Way,
    kind: Kind,
    /// What this source said before, by asset.
    before: FxHashMap<&'w str, Vec<&'w Sighting>>,
    /// The assets that it meant then, by all that it knew them by.
    meant: FxHashMap<Signs<'w>, Option<usize>>,
    /// What the others said, by asset.
    others: FxHashMap<&'w str, Vec<(&'w Earlier, &'w Sighting)>>,
    index: Index,
    ids: FxHashSet<String>,
    /// Assets known and new ones, as they come out.
    assets: Vec<(Asset<'static>, AssetDetail)>,
    touched: Vec<bool>,
    zones: FxHashMap<String, String>,
    merged: Merged,
}

/// Takes a file in.
pub fn merge(known: &Plant, earlier: &[Earlier], observed: Observed, way: &Way, now: Moment) -> Merged {
    let mut before: FxHashMap<&str, Vec<&Sighting>> = FxHashMap::default();
    let mut others: FxHashMap<&str, Vec<(&Earlier, &Sighting)>> = FxHashMap::default();
    for file in earlier {
        for joined in &file.joined {
            if file.source == way.source {
                before.entry(&joined.asset).or_default().push(&joined.sighting);
            } else {
                others.entry(&joined.asset).or_default().push((file, &joined.sighting));
            }
        }
    }
    let most = known.assets.len() + observed.assets.len();
    let mut assets: Vec<(Asset<'static>, AssetDetail)> = Vec::with_capacity(most);
    assets.extend(known.evidence.assets.iter().cloned().zip(known.assets.iter().cloned()));
    let mut index = Index::default();
    for (at, (asset, detail)) in assets.iter().enumerate() {
        index.add(at, &asset.id, detail);
    }
    let mut meant: FxHashMap<Signs<'_>, Option<usize>> = FxHashMap::default();
    if !before.is_empty() {
        for (at, (asset, _)) in assets.iter().enumerate() {
            for sighting in before.get(&*asset.id).into_iter().flatten() {
                note(&mut meant, signs(sighting), at, true);
            }
        }
    }
    let mut zones = FxHashMap::default();
    for zone in &known.evidence.zones {
        zones.insert(zone.name.to_lowercase(), zone.id.to_string());
    }
    for zone in &known.evidence.zones {
        zones.insert(zone.id.to_lowercase(), zone.id.to_string());
    }
    let mut empty = Plant::empty(known.environment.clone(), now.day());
    empty.evidence.profile = known.evidence.profile.clone();
    let mut work = Work {
        known,
        way,
        kind: observed.kind,
        before,
        meant,
        others,
        index,
        ids: assets.iter().map(|(asset, _)| asset.id.to_string()).collect(),
        touched: vec![false; assets.len()],
        assets,
        zones,
        merged: Merged {
            plant: empty,
            joined: Vec::with_capacity(observed.assets.len()),
            counts: [0; 3],
            findings: [0; 2],
            zones: Vec::new(),
            targets: Vec::new(),
            conflicts: Vec::new(),
            gone: Vec::new(),
            seen: Vec::new(),
            reopened: Vec::new(),
            again: Vec::new(),
            refused: observed.refused,
            remarks: observed.remarks,
        },
    };
    for zone in observed.zones {
        work.zone_target(&zone.id, &zone.name, zone.sl_t, &zone.at);
    }
    let mut taken: FxHashSet<usize> = FxHashSet::default();
    for sighting in observed.assets {
        work.take(sighting, &mut taken);
    }
    let opened = observed.taken.filter(|at| *at <= now).unwrap_or(now);
    work.findings(opened);
    work.gone();
    let Work { assets, touched, mut merged, .. } = work;
    for ((asset, detail), _) in assets.into_iter().zip(touched).filter(|(_, touched)| *touched) {
        merged.plant.evidence.assets.push(asset);
        merged.plant.assets.push(detail);
    }
    merged
}

impl<'w> Work<'w> {
    fn zone_target(&mut self, id: &str, name: &str, sl_t: [SecurityLevel; 7], at: &str) {
        match self.zones.get(&id.to_lowercase()) {
            None => self.add_zone(id, name, sl_t),
            Some(known) => {
                let zones = &self.known.evidence.zones;
                let Some(place) = zones.iter().position(|zone| *zone.id == **known) else { return };
                let zone = &zones[place];
                if zone.sl_t == [SecurityLevel::ZERO; 7] && sl_t != zone.sl_t {
                    // Nobody has set one yet.
                    self.merged.targets.push(zone.id.to_string());
                    self.merged.plant.evidence.zones.push(Zone { sl_t, ..zone.clone() });
                    self.merged.plant.zones.push(self.known.zones[place].clone());
                } else if zone.sl_t != sl_t {
                    let reason = format!("the SL-T of zone {id:?} is decided otherwise here; it stays");
                    self.merged.remarks.push(Refused { at: at.to_owned(), reason });
                }
            }
        }
    }

    fn add_zone(&mut self, id: &str, name: &str, sl_t: [SecurityLevel; 7]) {
        self.zones.insert(id.to_lowercase(), id.to_owned());
        self.zones.entry(name.to_lowercase()).or_insert_with(|| id.to_owned());
        self.merged.plant.evidence.zones.push(Zone {
            id: id.to_owned().into(),
            name: name.to_owned().into(),
            sl_t,
        });
        self.merged.plant.zones.push(ZoneDetail::default());
        self.merged.zones.push(id.to_owned());
    }

    /// The zone's id; one that is not there is made, without a target.
    fn zone(&mut self, name: &str) -> String {
        if let Some(id) = self.zones.get(name) {
            return id.clone();
        }
        let id = if let Some(id) = self.zones.get(&name.to_lowercase()) {
            id.clone()
        } else {
            self.add_zone(name, name, [SecurityLevel::ZERO; 7]);
            name.to_owned()
        };
        // As it is written here, for the rows that follow.
        self.zones.insert(name.to_owned(), id.clone());
        id
    }

    /// Where an asset goes of which the file does not say it.
    fn zone_of_nowhere(&mut self) -> String {
        if let [only] = self.known.evidence.zones.as_slice() {
            return only.id.to_string();
        }
        if !self.zones.contains_key(UNASSIGNED) {
            self.add_zone(UNASSIGNED, "Not assigned yet", [SecurityLevel::ZERO; 7]);
        }
        UNASSIGNED.to_owned()
    }

    /// The asset that is meant, and why.
    fn find(&self, s: &Sighting, taken: &FxHashSet<usize>) -> Option<(usize, By)> {
        if let Some(asset) = &self.way.asset {
            return self.index.tags.get(&asset.to_lowercase()).copied().flatten().map(|at| (at, By::Given));
        }
        if self.known.evidence.assets.is_empty() {
            return self.by_product(s).map(|at| (at, By::Product));
        }
        let free = |at: &Option<usize>| at.filter(|at| !taken.contains(at));
        // What is known otherwise must not contradict: an address moves to another device, a serial number does not.
        let agrees = |at: usize| {
            let detail = &self.assets[at].1;
            let clash = |a: Vec<String>, b: Vec<String>| {
                !a.is_empty() && !b.is_empty() && !a.iter().any(|x| b.contains(x))
            };
            !clash(macs(&s.mac).collect(), macs(&detail.mac).collect())
                && !clash(
                    serial(&s.serial).into_iter().collect(),
                    serial(&detail.serial).into_iter().collect(),
                )
        };
        let tag = || {
            let at = free(self.index.tags.get(&s.tag.to_lowercase()).filter(|_| !s.tag.is_empty())?)?;
            // A running number of one list is nobody's tag in another.
            let bare = s.tag.chars().all(|c| c.is_ascii_digit());
            let own = self.before.contains_key(&*self.assets[at].0.id);
            (!bare || own || agrees(at) && self.others.is_empty()).then_some((at, By::Tag))
        };
        let mac = || macs(&s.mac).find_map(|mac| free(self.index.macs.get(&mac)?)).map(|at| (at, By::Mac));
        let number = || free(self.index.serials.get(&serial(&s.serial)?)?).map(|at| (at, By::Serial));
        let ip = || {
            let at = ips(&s.ip).find_map(|ip| free(self.index.ips.get(&ip)?))?;
            agrees(at).then_some((at, By::Ip))
        };
        let name = || {
            let names = s.hosts.iter().chain(Some(&s.name).filter(|_| self.kind.is_scan()));
            // In full first: two plants may each have a plc7.
            let at = names
                .flat_map(|name| host(name).into_iter().rev())
                .find_map(|name| free(self.index.hosts.get(&name)?))?;
            agrees(at).then_some((at, By::Name))
        };
        // The asset that this source meant by all the same signs.
        let meant = || free(self.meant.get(&signs(s))?);
        let by = [(&s.tag, By::Tag), (&s.mac, By::Mac), (&s.serial, By::Serial), (&s.ip, By::Ip)];
        let by = by.into_iter().find(|(sign, _)| !sign.is_empty()).map_or(By::Name, |(_, by)| by);
        // An address that moved since to another asset is its sign no longer.
        let still = |at: &usize| {
            let detail = &self.assets[*at].1;
            let known = [&detail.tag, &detail.name, &detail.ip];
            [&s.ip, &s.name]
                .into_iter()
                .chain(&s.hosts)
                .any(|sign| !sign.is_empty() && known.iter().any(|known| known.eq_ignore_ascii_case(sign)))
        };
        tag()
            .or_else(mac)
            .or_else(number)
            .or_else(|| meant().filter(still).map(|at| (at, by)))
            .or_else(ip)
            .or_else(name)
            .or_else(|| self.by_product(s).map(|at| (at, By::Product)))
            // Signs that others share by now, and nothing better.
            .or_else(|| meant().map(|at| (at, by)))
    }

    /// The one asset that is this product.
    fn by_product(&self, s: &Sighting) -> Option<usize> {
        let product = s.product.as_ref()?;
        let same = |identity: &Identity| {
            !product.product.is_empty()
                && plain(&identity.product) == plain(&product.product)
                && (product.vendor.is_empty()
                    || identity.vendor.is_empty()
                    || plain(&identity.vendor) == plain(&product.vendor))
                && (product.version.is_empty() || plain(&identity.version) == plain(&product.version))
        };
        let mut found = self.assets.iter().enumerate().filter(|(_, (_, d))| d.identities.iter().any(same));
        let (at, _) = found.next()?;
        found.next().is_none().then_some(at)
    }

    fn take(&mut self, sighting: Sighting, taken: &mut FxHashSet<usize>) {
        let (at, by) = match self.find(&sighting, taken) {
            Some(found) => found,
            None if self.way.asset.is_some() => {
                let asset = self.way.asset.clone().unwrap_or_default();
                self.merged
                    .refused
                    .push(Refused { at: sighting.at, reason: format!("there is no asset {asset:?} here") });
                return;
            }
            None => (self.add(&sighting), By::New),
        };
        if by != By::New {
            taken.insert(at);
        }
        let changed = by != By::New && self.update(at, &sighting);
        self.touched[at] |= changed || by == By::New;
        match (by, changed) {
            (By::New, _) => self.merged.counts[0] += 1,
            (_, true) => self.merged.counts[1] += 1,
            (_, false) => self.merged.counts[2] += 1,
        }
        self.merged.joined.push(Joined { asset: self.assets[at].0.id.to_string(), by, sighting });
    }

    fn add(&mut self, s: &Sighting) -> usize {
        let names = [&s.tag, &s.name].into_iter().chain(&s.hosts).chain([&s.serial, &s.ip, &s.mac]);
        let name = names.map(|name| name.trim()).find(|name| !name.is_empty()).unwrap_or("asset").to_owned();
        let mut id = name.clone();
        let mut number = 2;
        while self.ids.contains(&id) {
            id = format!("{name} ({number})");
            number += 1;
        }
        self.ids.insert(id.clone());
        let zone = if s.zone.is_empty() { self.zone_of_nowhere() } else { self.zone(&s.zone) };
        let detail = AssetDetail {
            tag: if s.tag.is_empty() { name } else { s.tag.clone() },
            name: if s.name.is_empty() {
                s.hosts.first().cloned().unwrap_or_default()
            } else {
                s.name.clone()
            },
            component_type: s.component_type.clone(),
            criticality: s.criticality.clone(),
            lifecycle: s.lifecycle.clone(),
            owner: s.owner.clone(),
            serial: s.serial.clone(),
            ip: s.ip.clone(),
            mac: s.mac.clone(),
            installed: s.installed,
            identities: s.identities.clone(),
        };
        let identified = detail.identities.iter().any(Identity::is_complete);
        let at = self.assets.len();
        self.index.share(at, &id, &detail);
        self.assets.push((Asset { id: id.into(), zone: zone.into(), identified }, detail));
        self.touched.push(true);
        at
    }

    /// Who else says this of the asset.
    fn said_by(&self, id: &str, says: impl Fn(&Sighting) -> bool) -> Option<&'w Earlier> {
        self.others.get(id)?.iter().find(|(_, sighting)| says(sighting)).map(|(earlier, _)| *earlier)
    }

    /// Whether the new value is taken in place of the one that stands there; told where they differ.
    fn decide(
        &mut self,
        id: &str,
        field: &str,
        now: &str,
        new: &str,
        says: impl Fn(&Sighting, &str) -> bool,
    ) -> bool {
        if new.is_empty() || new == now {
            return false;
        }
        if now.is_empty() {
            return true;
        }
        let own = self.before.get(id).is_some_and(|said| said.iter().any(|sighting| says(sighting, now)));
        let other = self.said_by(id, |sighting| says(sighting, now));
        let weaker = self.kind.is_scan() && other.is_none_or(|other| !other.kind.is_scan());
        let taken = (own && !(weaker && other.is_some())) || (other.is_some() && !weaker);
        // The same source brought it up to date, and nobody else holds to the old one.
        if !(taken && other.is_none()) {
            let person = || "(entered by hand)".to_owned();
            self.merged.conflicts.push(Conflict {
                asset: id.to_owned(),
                field: field.to_owned(),
                kept: if taken { new } else { now }.to_owned(),
                other: if taken { now } else { new }.to_owned(),
                said_by: if taken {
                    other.map_or_else(person, |other| other.file.clone())
                } else {
                    self.way.source.clone()
                },
                taken,
            });
        }
        taken
    }

    /// Brings a known asset up to date; whether anything changed.
    fn update(&mut self, at: usize, s: &Sighting) -> bool {
        type Field = (
            &'static str,
            fn(&AssetDetail) -> &String,
            fn(&mut AssetDetail) -> &mut String,
            fn(&Sighting) -> &String,
        );
        const FIELDS: [Field; 8] = [
            ("name", |d| &d.name, |d| &mut d.name, |s| &s.name),
            ("component_type", |d| &d.component_type, |d| &mut d.component_type, |s| &s.component_type),
            ("criticality", |d| &d.criticality, |d| &mut d.criticality, |s| &s.criticality),
            ("lifecycle", |d| &d.lifecycle, |d| &mut d.lifecycle, |s| &s.lifecycle),
            ("owner", |d| &d.owner, |d| &mut d.owner, |s| &s.owner),
            ("serial", |d| &d.serial, |d| &mut d.serial, |s| &s.serial),
            ("ip", |d| &d.ip, |d| &mut d.ip, |s| &s.ip),
            ("mac", |d| &d.mac, |d| &mut d.mac, |s| &s.mac),
        ];
        let (mut asset, mut detail) = self.assets[at].clone();
        let id = asset.id.to_string();
        for (field, get, set, said) in FIELDS {
            let same = match field {
                "mac" => macs(said(s)).all(|mac| macs(get(&detail)).any(|known| known == mac)),
                "ip" => {
                    ips(said(s)).next().is_some()
                        && ips(said(s)).all(|ip| ips(get(&detail)).any(|known| known == ip))
                }
                _ => false,
            };
            if !same && self.decide(&id, field, get(&detail), said(s), |sighting, now| said(sighting) == now)
            {
                said(s).clone_into(set(&mut detail));
            }
        }
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
        if self.decide(&id, "installed", &day(detail.installed), &day(s.installed), |sighting, now| {
            day(sighting.installed) == now
        }) {
            detail.installed = s.installed;
        }
        if !s.zone.is_empty() {
            let zone = self.zone(&s.zone);
            let current = asset.zone.to_string();
            if zone != current {
                let names: Vec<String> = self
                    .zones
                    .iter()
                    .filter(|(_, id)| **id == current)
                    .map(|(name, _)| name.clone())
                    .collect();
                let says = |s: &Sighting, _: &str| names.contains(&s.zone.to_lowercase());
                // Nobody has said where it is.
                if current == UNASSIGNED || self.decide(&id, "zone", &current, &zone, says) {
                    asset.zone = zone.into();
                }
            }
        }
        self.identities(&id, &mut detail, s);
        let complete = detail.identities.iter().any(Identity::is_complete);
        let was = self.assets[at].1.identities.iter().any(Identity::is_complete);
        asset.identified = complete || (asset.identified && !was);
        let changed = (&asset, &detail) != (&self.assets[at].0, &self.assets[at].1);
        if changed {
            self.index.share(at, &id, &detail);
            self.assets[at] = (asset, detail);
        }
        changed
    }

    fn identities(&mut self, id: &str, detail: &mut AssetDetail, s: &Sighting) {
        let says = |sighting: &Sighting, identity: &Identity| sighting.identities.contains(identity);
        // What this source said and says no more goes, unless somebody else says it.
        let before: Vec<&'w Sighting> = self.before.get(id).cloned().unwrap_or_default();
        let dropped =
            |identity: &Identity| before.iter().any(|old| says(old, identity)) && !says(s, identity);
        for new in &s.identities {
            if detail.identities.contains(new) {
                continue;
            }
            let same_product = |known: &&mut Identity| {
                known.layer == new.layer
                    && known.kind == new.kind
                    && plain(&known.product) == plain(&new.product)
                    && (known.vendor.is_empty()
                        || new.vendor.is_empty()
                        || plain(&known.vendor) == plain(&new.vendor))
            };
            if let Some(known) = detail.identities.iter_mut().find(same_product) {
                let old = known.clone();
                let filled = Identity {
                    vendor: if new.vendor.is_empty() { old.vendor.clone() } else { new.vendor.clone() },
                    ..new.clone()
                };
                let better = old.version.is_empty()
                    || plain(&old.version) == plain(&new.version) && !self.kind.is_scan();
                if better
                    || self
                        .decide(id, "version", &old.version, &new.version, |sighting, _| says(sighting, &old))
                {
                    *known = filled;
                }
                continue;
            }
            // Another product in the place of the one this source named before: the device was exchanged.
            let place = detail.identities.iter().position(|known| {
                known.layer == new.layer
                    && known.kind == new.kind
                    && dropped(known)
                    && self.said_by(id, |other| says(other, known)).is_none()
            });
            match place {
                Some(place) => detail.identities[place] = new.clone(),
                // An operating system that a scanner guesses is none where one is known.
                None if self.kind.is_scan()
                    && new.kind == IdentityKind::OperatingSystem
                    && detail.identities.iter().any(|known| known.kind == IdentityKind::OperatingSystem) => {}
                None => detail.identities.push(new.clone()),
            }
        }
        let keep: Vec<bool> = detail
            .identities
            .iter()
            .map(|known| !dropped(known) || self.said_by(id, |other| says(other, known)).is_some())
            .collect();
        let mut keep = keep.into_iter();
        detail.identities.retain(|_| keep.next().unwrap_or(true));
    }

    fn findings(&mut self, opened: Moment) {
        let known = &self.known.evidence.findings;
        let ids: FxHashMap<&str, usize> = known.iter().enumerate().map(|(at, f)| (&*f.id, at)).collect();
        let by_vulnerability: FxHashMap<(&str, &str), usize> = known
            .iter()
            .enumerate()
            .filter_map(|(at, f)| Some(((&*f.asset, f.vuln.as_deref()?), at)))
            .collect();
        let mut new: FxHashSet<String> = FxHashSet::default();
        let mut joined = std::mem::take(&mut self.merged.joined);
        for Joined { asset, sighting, .. } in &mut joined {
            let asset = asset.as_str();
            for fault in &mut sighting.findings {
                let id = finding_id(asset, self.kind, fault);
                let there = fault
                    .vulnerability
                    .as_deref()
                    .and_then(|vulnerability| by_vulnerability.get(&(asset, vulnerability)))
                    .or_else(|| ids.get(id.as_str()));
                if let Some(at) = there {
                    self.merged.findings[1] += 1;
                    let finding = &known[*at];
                    self.merged.seen.push(finding.id.to_string());
                    let state = iec62443::finding::standing(finding, opened).map(|standing| standing.state);
                    match state {
                        Some(State::Closed | State::Remediated) if self.kind.is_scan() => {
                            self.merged.reopened.push(finding.id.to_string());
                        }
                        Some(State::Open) | None => {}
                        Some(_) => self.merged.again.push(finding.id.to_string()),
                    }
                    continue;
                }
                if !new.insert(id.clone()) {
                    continue;
                }
                self.merged.findings[0] += 1;
                self.merged.plant.evidence.findings.push(finding(id, asset, fault, opened));
                self.merged.plant.event_notes.push(Vec::<EventNote>::new());
            }
        }
        self.merged.joined = joined;
    }

    /// What this source named before and does not name now.
    fn gone(&mut self) {
        if self.before.is_empty() {
            return;
        }
        let mut by_vulnerability: FxHashMap<(&str, &str), &str> = FxHashMap::default();
        let mut by_id: FxHashMap<&str, &str> = FxHashMap::default();
        for finding in &self.known.evidence.findings {
            by_id.insert(&finding.id, &finding.id);
            if let Some(vulnerability) = finding.vuln.as_deref() {
                by_vulnerability.entry((&*finding.asset, vulnerability)).or_insert(&finding.id);
            }
        }
        let mut faults: FxHashMap<&str, FxHashSet<String>> = FxHashMap::default();
        for joined in &self.merged.joined {
            let ids =
                joined.sighting.findings.iter().map(|fault| finding_id(&joined.asset, self.kind, fault));
            faults.entry(&joined.asset).or_default().extend(ids);
        }
        let mut gone = Vec::new();
        for (asset, sightings) in &self.before {
            if !faults.contains_key(asset) {
                // A scan may have left it out; a list that names it no more says something.
                if !self.kind.is_scan() && self.ids.contains(*asset) {
                    gone.push(Gone::Asset((*asset).to_owned()));
                }
                continue;
            }
            if !self.kind.is_scan() {
                continue;
            }
            let now = faults.get(asset);
            for fault in sightings.iter().flat_map(|sighting| &sighting.findings) {
                let key = finding_id(asset, self.kind, fault);
                if now.is_some_and(|now| now.contains(&key)) {
                    continue;
                }
                let open = match fault.vulnerability.as_deref() {
                    Some(vulnerability) => by_vulnerability.get(&(*asset, vulnerability)),
                    None => by_id.get(key.as_str()),
                };
                gone.extend(open.map(|finding| Gone::Finding((*finding).to_owned())));
            }
        }
        gone.sort_unstable();
        gone.dedup();
        self.merged.gone = gone;
    }
}

/// A finding's id: the asset's, and the vulnerability's or the check's.
fn finding_id(asset: &str, kind: Kind, fault: &Fault) -> String {
    match &fault.vulnerability {
        Some(vulnerability) => format!("{asset}:{vulnerability}"),
        None if fault.check.is_empty() => format!("{asset}:{}", plain(&fault.title)),
        None => format!("{asset}:{}:{}", kind.as_str(), fault.check),
    }
}

/// The finding of a fault, whose long text moves into it.
fn finding(id: String, asset: &str, fault: &mut Fault, opened: Moment) -> Finding<'static> {
    Finding {
        id: id.into(),
        asset: asset.to_owned().into(),
        vuln: fault.vulnerability.clone().map(Into::into),
        title: fault.title.clone().into(),
        description: std::mem::take(&mut fault.description).into(),
        cwes: fault.cwes.iter().map(|cwe| Weakness::read(cwe.clone().into())).collect(),
        cvss: fault
            .cvss
            .iter()
            .map(|vector| Cvss { vector: vector.clone().into(), source: Source::Secondary })
            .collect(),
        severity: fault.severity,
        kev: false,
        epss: None,
        exploit: fault.exploit,
        fix: fault.fix,
        opened,
        events: Vec::new(),
        controls: Vec::new(),
    }
}
