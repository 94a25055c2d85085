//! Publishing: what is there already stays, what is newer takes its place, and the same again changes nothing.

use serde::Serialize;

use crate::{Portfolio, Result};

/// A plant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plant {
    /// The same each time it is published, by whomever.
    pub key: String,
    /// Name.
    pub name: String,
    /// Owner or company.
    pub organisation: String,
}

/// How a plant stood at the end of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The day, `YYYY-MM-DD`.
    pub as_of: String,
    /// When it was made, RFC 3339.
    pub made: String,
    /// By which method, `plumbline-sl/1`.
    pub method: String,
    /// With which profile.
    pub profile: String,
    /// SHA-256 of the evidence document, hex.
    pub evidence_sha256: String,
    /// Findings that were open.
    pub open: u32,
    /// Of them, high or critical ones.
    pub high: u32,
    /// Its zones, in order.
    pub zones: Vec<Zone>,
}

/// A zone's levels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Zone {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// SL-T by FR, 0 to 4.
    pub target: [i16; 7],
    /// SL-A by FR, 0 to 4; none where nothing can be said.
    pub achieved: [Option<i16>; 7],
}

impl Zone {
    /// Levels short of the targets, summed over the FRs.
    pub fn gap(&self) -> i32 {
        let pairs = self.target.iter().zip(&self.achieved);
        pairs.filter_map(|(target, achieved)| achieved.map(|level| i32::from((target - level).max(0)))).sum()
    }

    /// Whether nothing can be said of any FR.
    pub fn is_not_assessed(&self) -> bool {
        self.achieved.iter().all(Option::is_none)
    }
}

/// What became of an assessment that was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is there now.
    Added,
    /// It took the place of an older one of that day.
    Changed,
    /// It was there, or one of that day that was made later.
    Unchanged,
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

impl Portfolio {
    /// Publishes how a plant stood on a day, all of it or nothing. `by`: who does it; `program`: name and version.
    ///
    /// # Errors
    /// [`crate::Error::Database`]
    pub fn publish(
        &mut self,
        plant: &Plant,
        assessment: &Assessment,
        by: &str,
        program: &str,
    ) -> Result<Outcome> {
        let Portfolio { runtime, client } = self;
        let zones = serde_json::json!(assessment.zones).to_string();
        let below = count(assessment.zones.iter().filter(|zone| zone.gap() > 0).count());
        let not_assessed = count(assessment.zones.iter().filter(|zone| zone.is_not_assessed()).count());
        let gap: i32 = assessment.zones.iter().map(Zone::gap).sum();
        let (open, high) = (
            i32::try_from(assessment.open).unwrap_or(i32::MAX),
            i32::try_from(assessment.high).unwrap_or(i32::MAX),
        );
        runtime.block_on(async {
            let transaction = client.transaction().await?;
            // Two that publish the same plant at once wait for each other here.
            let row = transaction
                .query_one(
                    "INSERT INTO plumbline.plant (key, name, organisation) VALUES ($1, $2, $3)
                     ON CONFLICT (key) DO UPDATE SET name = excluded.name, organisation = excluded.organisation RETURNING id",
                    &[&plant.key, &plant.name, &plant.organisation],
                )
                .await?;
            let id: i64 = row.get(0);
            let row = transaction
                .query_opt(
                    "INSERT INTO plumbline.assessment AS known
                         (plant, as_of, made, published_by, program, method, profile, evidence_sha256, zones, below, not_assessed, gap, open, high)
                     VALUES ($1, $2::text::date, $3::text::timestamptz, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                     ON CONFLICT (plant, as_of) DO UPDATE SET
                         made = excluded.made, published = now(), published_by = excluded.published_by, program = excluded.program,
                         method = excluded.method, profile = excluded.profile, evidence_sha256 = excluded.evidence_sha256,
                         zones = excluded.zones, below = excluded.below, not_assessed = excluded.not_assessed, gap = excluded.gap,
                         open = excluded.open, high = excluded.high
                     WHERE excluded.evidence_sha256 <> known.evidence_sha256 AND excluded.made > known.made
                     RETURNING id, xmax = 0",
                    &[
                        &id, &assessment.as_of, &assessment.made, &by, &program, &assessment.method, &assessment.profile,
                        &assessment.evidence_sha256, &count(assessment.zones.len()), &below, &not_assessed, &gap, &open, &high,
                    ],
                )
                .await?;
            let Some(row) = row else {
                transaction.commit().await?;
                return Ok(Outcome::Unchanged);
            };
            let (assessment, new): (i64, bool) = (row.get(0), row.get(1));
            transaction.execute("DELETE FROM plumbline.zone WHERE assessment = $1", &[&assessment]).await?;
            transaction
                .execute(
                    "INSERT INTO plumbline.zone (assessment, position, id, name, target, achieved)
                     SELECT $1, row_number() OVER (), id, name, target, achieved
                     FROM json_to_recordset($2::text::json) AS given (id text, name text, target smallint[], achieved smallint[])",
                    &[&assessment, &zones],
                )
                .await?;
            transaction.commit().await?;
            Ok(if new { Outcome::Added } else { Outcome::Changed })
        })
    }

    /// Takes a plant out, with all that was published of it.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Database`].
    pub fn remove(&mut self, key: &str) -> Result<()> {
        self.check()?;
        let Portfolio { runtime, client } = self;
        let gone = runtime.block_on(client.execute("DELETE FROM plumbline.plant WHERE key = $1", &[&key]))?;
        if gone == 0 { Err(crate::Error::NotFound(key.to_owned())) } else { Ok(()) }
    }
}
