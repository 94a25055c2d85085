//! Reading: how all plants stand, how they stood, and one of them zone by zone.

use tokio_postgres::Row;

use crate::{Error, Portfolio, Result, Zone};

/// How a plant stood on its last day up to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day, `YYYY-MM-DD`.
    pub as_of: String,
    /// Zones.
    pub zones: u32,
    /// Of them, those below a target.
    pub below: u32,
    /// Of them, those of which nothing can be said.
    pub not_assessed: u32,
    /// Levels short of the targets, summed over zones and FRs.
    pub gap: u32,
    /// Open findings.
    pub open: u32,
    /// Of them, high or critical ones.
    pub high: u32,
}

/// A plant in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Owner or company.
    pub organisation: String,
    /// How it stood last.
    pub day: Day,
}

/// All plants together at the end of a month, or on a day asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// Plants of which anything was known by then.
    pub plants: u32,
    /// Their figures, summed.
    pub day: Day,
}

/// One plant, zone by zone, and how it stood before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The plant as it stood last.
    pub listed: Listed,
    /// By which method and profile.
    pub method: String,
    /// With which profile.
    pub profile: String,
    /// SHA-256 of the evidence document, hex.
    pub evidence_sha256: String,
    /// When it was made, RFC 3339, UTC.
    pub made: String,
    /// Who published it.
    pub published_by: String,
    /// Its zones, in order.
    pub zones: Vec<Zone>,
    /// Every day it was published of, the last one first.
    pub days: Vec<Day>,
}

fn number(row: &Row, at: &mut usize) -> u32 {
    *at += 1;
    u32::try_from(row.get::<_, i64>(*at - 1)).unwrap_or(0)
}

/// Day, then the figures as bigint, from a place on.
fn day(row: &Row, mut at: usize) -> Day {
    let as_of = row.get(at);
    at += 1;
    Day {
        as_of,
        zones: number(row, &mut at),
        below: number(row, &mut at),
        not_assessed: number(row, &mut at),
        gap: number(row, &mut at),
        open: number(row, &mut at),
        high: number(row, &mut at),
    }
}

const FIGURES: &str = "to_char(a.as_of, 'YYYY-MM-DD'), a.zones::bigint, a.below::bigint, a.not_assessed::bigint, a.gap::bigint, a.open::bigint, a.high::bigint";

fn listed(row: &Row) -> Listed {
    Listed { key: row.get(0), name: row.get(1), organisation: row.get(2), day: day(row, 3) }
}

impl Portfolio {
    /// How every plant stood last, up to a day; those furthest from their targets first.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Database`].
    pub fn list(&mut self, as_of: &str) -> Result<Vec<Listed>> {
        self.check()?;
        let Portfolio { runtime, client } = self;
        let statement = format!(
            "SELECT p.key, p.name, p.organisation, {FIGURES}
             FROM plumbline.plant p
             JOIN LATERAL (
                 SELECT * FROM plumbline.assessment a WHERE a.plant = p.id AND a.as_of <= $1::text::date ORDER BY a.as_of DESC LIMIT 1
             ) a ON true
             ORDER BY a.gap DESC, a.below DESC, p.name, p.key"
        );
        let rows = runtime.block_on(client.query(&statement, &[&as_of]))?;
        Ok(rows.iter().map(listed).collect())
    }

    /// All plants together on each of some days, each plant as it stood last by then.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Database`].
    pub fn trend(&mut self, days: &[String]) -> Result<Vec<Month>> {
        self.check()?;
        let Portfolio { runtime, client } = self;
        let rows = runtime.block_on(client.query(
            "SELECT count(a.plant), to_char(d.day, 'YYYY-MM-DD'), coalesce(sum(a.zones), 0), coalesce(sum(a.below), 0),
                    coalesce(sum(a.not_assessed), 0), coalesce(sum(a.gap), 0), coalesce(sum(a.open), 0), coalesce(sum(a.high), 0)
             FROM unnest($1::text[]::date[]) AS d (day)
             CROSS JOIN plumbline.plant p
             LEFT JOIN LATERAL (
                 SELECT a.plant, a.zones, a.below, a.not_assessed, a.gap, a.open, a.high
                 FROM plumbline.assessment a WHERE a.plant = p.id AND a.as_of <= d.day ORDER BY a.as_of DESC LIMIT 1
             ) a ON true
             GROUP BY d.day ORDER BY d.day",
            &[&days],
        ))?;
        Ok(rows.iter().map(|row| Month { plants: number(row, &mut 0), day: day(row, 1) }).collect())
    }

    /// One plant as it stood last, up to a day.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Empty`], [`Error::Database`].
    pub fn show(&mut self, key: &str, as_of: &str) -> Result<Shown> {
        self.check()?;
        let Portfolio { runtime, client } = self;
        runtime.block_on(async {
            let statement = format!(
                "SELECT p.key, p.name, p.organisation, {FIGURES}, a.id, a.method, a.profile, a.evidence_sha256,
                        to_char(a.made AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), a.published_by, a.plant
                 FROM plumbline.plant p JOIN plumbline.assessment a ON a.plant = p.id
                 WHERE p.key = $1 AND a.as_of <= $2::text::date ORDER BY a.as_of DESC LIMIT 1"
            );
            let row = client.query_opt(&statement, &[&key, &as_of]).await?;
            let row = row.ok_or_else(|| Error::NotFound(key.to_owned()))?;
            let (assessment, plant): (i64, i64) = (row.get(10), row.get(16));
            let zones = client
                .query("SELECT id, name, target, achieved FROM plumbline.zone WHERE assessment = $1 ORDER BY position", &[&assessment])
                .await?;
            let statement = format!("SELECT {FIGURES} FROM plumbline.assessment a WHERE a.plant = $1 ORDER BY a.as_of DESC");
            let days = client.query(&statement, &[&plant]).await?;
            Ok(Shown {
                listed: listed(&row),
                method: row.get(11),
                profile: row.get(12),
                evidence_sha256: row.get(13),
                made: row.get(14),
                published_by: row.get(15),
                zones: zones.iter().map(zone).collect(),
                days: days.iter().map(|row| day(row, 0)).collect(),
            })
        })
    }
}

/// The table holds seven of each; a level that is none counts as not known.
fn zone(row: &Row) -> Zone {
    let level = |level: Option<i16>| level.filter(|level| (0..=4).contains(level));
    let (targets, levels): (Vec<Option<i16>>, Vec<Option<i16>>) = (row.get(2), row.get(3));
    Zone {
        id: row.get(0),
        name: row.get(1),
        target: std::array::from_fn(|fr| targets.get(fr).copied().and_then(level).unwrap_or(0)),
        achieved: std::array::from_fn(|fr| levels.get(fr).copied().and_then(level)),
    }
}
