//! The audit log.

use app::Session;
use serde_json::json;

use crate::{
    Done,
    arguments::AuditVerb,
    output::{Output, table},
};

pub fn audit(session: Session, verb: &AuditVerb, output: &Output) -> app::Result<Done> {
    let (offset, limit) = match verb {
        AuditVerb::Log { limit, offset } => (*offset, *limit),
        AuditVerb::Verify => (0, 0),
    };
    let page = session.audit(offset, limit)?;
    match verb {
        AuditVerb::Log { .. } => {
            output.answer(&json!({"schema": "plumbline-audit-log/1", "rows": page.rows}), || {
                table(
                    ["row", "when", "who", "what", "on what", "details"],
                    page.rows.iter().map(|row| {
                        [
                            row.seq.to_string(),
                            row.at.clone(),
                            row.actor.clone(),
                            row.action.clone(),
                            row.subject.clone(),
                            row.detail.clone(),
                        ]
                    }),
                )
            });
            Ok(Done::Well)
        }
        AuditVerb::Verify => {
            let document = json!({
                "schema": "plumbline-audit/1", "rows": page.total, "intact": page.intact,
                "first_broken": page.first_broken, "head": page.head,
            });
            output.answer(&document, || match page.first_broken {
                None => format!("{} rows, each follows from the one before.\nHead {}\n", page.total, page.head),
                Some(row) => format!(
                    "BROKEN at row {row} of {}: it does not follow from the one before it. Keep this store as it is, and compare with a backup or a report that printed the head.\n",
                    page.total
                ),
            });
            Ok(if page.intact { Done::Well } else { Done::WithFindings })
        }
    }
}
