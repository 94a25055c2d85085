//! The audit log.

use app::Session;
use serde_json::json;

use crate::{
    Done,
    arguments::AuditVerb,
    output::{Output, table},
};

pub fn audit(session: Session, verb: &AuditVerb, output: &Output) -> app::Result<Done> {
    match verb {
        AuditVerb::Log { limit, offset, text } => {
            let page = session.audit(text, *offset, *limit)?;
            output.answer(
                &json!({"schema": "plumbline-audit-log/1", "total": page.total, "rows": page.rows}),
                || {
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
                },
            );
            Ok(Done::Well)
        }
        AuditVerb::Verify { against } => {
            let page = session.audit("", 0, 0)?;
            let held = match against {
                Some(file) => Some(session.holds_head(&app::plants::read(file)?)?),
                None => None,
            };
            let lost = held.as_ref().and_then(|(_, fault)| fault.clone());
            let document = json!({
                "schema": "plumbline-audit/1", "rows": page.all, "intact": page.intact && lost.is_none(),
                "first_broken": page.first_broken, "head": page.head,
                "against": held.as_ref().map(|(head, fault)| json!({
                    "rows": head.rows, "at": head.at, "key": head.key.fingerprint().to_string(), "fault": fault,
                })),
            });
            output.answer(&document, || {
                let mut text = match page.first_broken {
                    None => format!("{} rows, each follows from the one before.\nHead {}\n", page.all, page.head),
                    Some(row) => format!(
                        "BROKEN at row {row} of {}: it does not follow from the one before it. Keep this store as it is, and compare with a backup or a report that printed the head.\n",
                        page.all
                    ),
                };
                if let Some((head, fault)) = &held {
                    let key = head.key.fingerprint();
                    text += &match fault {
                        None => format!("It holds the {} rows that were signed on {} by key {key}.\n", head.rows, head.at),
                        Some(fault) => {
                            format!("NOT WHAT WAS SIGNED on {} by key {key}: {fault}.\n", head.at)
                        }
                    };
                }
                text
            });
            Ok(if page.intact && lost.is_none() { Done::Well } else { Done::WithFindings })
        }
        AuditVerb::Export { out } => {
            let head = session.export_head(out)?;
            output.answer(&json!({"schema": "plumbline-file/1", "file": out, "head": head}), || {
                format!(
                    "The end of the log ({} rows) is in {}, signed by key {}. Keep it where nobody who can write to the store can.\n",
                    head.rows,
                    out.display(),
                    head.key.fingerprint()
                )
            });
            Ok(Done::Well)
        }
    }
}
