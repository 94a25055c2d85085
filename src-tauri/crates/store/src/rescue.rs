//! What can be saved of a damaged store, into a new one. Every table is read row by row; where the file is damaged, the
//! rows behind the damage are looked for. What was lost is told by number, and by name where an index still knows it.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    path::Path,
};

use rusqlite::{Connection, OpenFlags, params_from_iter, types::Value};
use serde::Serialize;

use crate::{
    DATABASE, EXISTING, Error, Key, Result, Store, Who, connection, convert,
    key::{self, KEY_FILE},
    log_alone,
    pending::{exchange, staging},
    schema::{self, VERSION},
    usage::InUse,
};

/// Names told of what was lost of a table, at most.
const NAMED: usize = 20;
/// Bytes of a page of every database that the program makes.
const PAGE: usize = 4096;

/// What became of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TableRescue {
    /// The table.
    pub name: String,
    /// Rows that could be read.
    pub saved: u64,
    /// Places where rows are missing for sure: damage that reading stopped at, rows that an index knows and that could not
    /// be read, rows that lead to such.
    pub lost: u64,
    /// Names of rows that are lost, as far as known.
    pub names: Vec<String>,
    /// Rows of which only the name is known, from what leads to them; the rest of them is empty.
    pub empty: Vec<String>,
}

impl TableRescue {
    /// Whether all of it was read.
    pub fn is_whole(&self) -> bool {
        self.lost == 0 && self.empty.is_empty()
    }

    fn lose(&mut self, name: String) {
        self.lost += 1;
        if self.names.len() < NAMED {
            self.names.push(name);
        }
    }
}

/// What became of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rescue {
    /// Tables in the order of the schema.
    pub tables: Vec<TableRescue>,
    /// A page of the schema was damaged, and that of a new store was taken in its place.
    pub schema: bool,
}

impl Rescue {
    /// Whether nothing was lost.
    pub fn is_whole(&self) -> bool {
        !self.schema && self.tables.iter().all(TableRescue::is_whole)
    }
}

/// Looks what can be read of the store in a folder, and changes nothing.
///
/// # Errors
/// [`Error::Damaged`] when nothing can; [`Error::Sealed`], [`Error::Locked`].
pub fn survey(folder: &Path, key: Option<&Key>, who: &Who) -> Result<Rescue> {
    let work = tempfile::tempdir().map_err(|source| Error::io(&std::env::temp_dir(), source))?;
    let _in_use = InUse::share(folder)?;
    read(folder, key, work.path(), who)
}

/// Saves what can be read of the store in a folder into a new store in another one.
///
/// # Errors
/// [`Error::Exists`] when a store is there; [`Error::Damaged`] when nothing can be read; [`Error::Sealed`],
/// [`Error::Locked`], [`Error::Io`]. Nothing is there then.
pub fn rescue(folder: &Path, key: Option<&Key>, into: &Path, who: &Who) -> Result<Rescue> {
    if Store::exists(into) {
        return Err(Error::Exists { folder: into.to_owned() });
    }
    let _in_use = InUse::share(folder)?;
    std::fs::create_dir_all(into).map_err(|source| Error::io(into, source))?;
    let _alone = InUse::alone(into)?;
    let staged = staging(into)?;
    let rescue = read(folder, key, staged.path(), who)?;
    if key::is_sealed(folder).unwrap_or(key.is_some()) {
        let from = folder.join(KEY_FILE);
        std::fs::copy(&from, staged.path().join(KEY_FILE))
            .map_err(|source| Error::Unread { path: from, source })?;
    }
    // Without it a new one is made, which others do not know.
    if let Ok(Some(pem)) = convert::signing_key(folder, key) {
        convert::keep_signing_key(staged.path(), key, &pem)?;
    }
    exchange(into, staged)?;
    Ok(rescue)
}

/// Reads the store into a new database in a folder.
fn read(folder: &Path, key: Option<&Key>, into: &Path, who: &Who) -> Result<Rescue> {
    if !Store::exists(folder) {
        return Err(Error::Missing { folder: folder.to_owned() });
    }
    let path = into.join(DATABASE);
    let key = match (key::is_sealed(folder), key) {
        (Ok(true), None) => return Err(Error::Sealed { folder: folder.to_owned() }),
        (Ok(false), _) => None,
        (_, key) => key,
    };
    // Goes with all that is in it before anything takes its place.
    let work = tempfile::tempdir_in(into).map_err(|source| Error::io(into, source))?;
    let (old, schema) = open(folder, key, work.path())?;
    let version: usize = old.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap_or(VERSION);
    if version > VERSION {
        return Err(Error::Newer { folder: folder.to_owned() });
    }
    let mut new = connection(folder, &path, OpenFlags::default(), key)?;
    let failed = |source| Error::at(into, source);
    schema::to_version(&mut new, folder, version.max(1))?;
    new.pragma_update(None, "foreign_keys", false).map_err(failed)?;
    let tables = lines(
        &new,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    )?;
    let mut rescue = Rescue { tables: Vec::new(), schema };
    let transaction = new.transaction().map_err(failed)?;
    for name in tables {
        rescue.tables.push(copy(&old, &transaction, name)?);
    }
    mend(&transaction, &mut rescue)?;
    transaction.commit().map_err(failed)?;
    new.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    new.close().map_err(|(_, source)| failed(source))?;
    drop(old);
    work.close().map_err(|source| Error::io(into, source))?;
    log(into, key, who, &rescue)?;
    Ok(rescue)
}

fn lines(connection: &Connection, statement: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(statement)?;
    let lines = statement.query_map([], |row| row.get(0))?;
    Ok(lines.collect::<rusqlite::Result<_>>()?)
}

/// The damaged database, and whether a page of its schema had to be taken from a new store: those are the same in every
/// store of a version.
fn open(folder: &Path, key: Option<&Key>, work: &Path) -> Result<(Connection, bool)> {
    let path = folder.join(DATABASE);
    let opened = |folder: &Path, path: &Path| -> Result<Connection> {
        let connection = connection(folder, path, EXISTING, key)?;
        let readable = || {
            connection.pragma_update(None, "query_only", true)?;
            // Reading goes on where it can, however little sense the file makes there.
            connection.pragma_update(None, "cell_size_check", true)?;
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        };
        match readable() {
            Ok(0) => {
                Err(Error::Damaged { folder: folder.to_owned(), detail: "it holds no tables".to_owned() })
            }
            Ok(_) => Ok(connection),
            Err(source) => Err(Error::at(folder, source)),
        }
    };
    let why = match opened(folder, &path) {
        Ok(connection) => return Ok((connection, false)),
        Err(error @ (Error::Locked { .. } | Error::Io { .. })) => return Err(error),
        Err(error) => error,
    };
    let (fresh, used) = fresh(work, key, &path)?;
    let copy = work.join("copy.db");
    let patch = |page: usize, from: &[u8]| -> Result<()> {
        let at = page * PAGE;
        let Some(bytes) = from.get(at..at + PAGE) else { return Ok(()) };
        let write = || -> io::Result<()> {
            let mut file = File::options().write(true).open(&copy)?;
            file.seek(SeekFrom::Start(at as u64))?;
            file.write_all(bytes)
        };
        write().map_err(|source| Error::io(&copy, source))
    };
    let mut damaged = std::fs::read(&path).map_err(|source| Error::Unread { path: path.clone(), source })?;
    // The pages of the new one are told in its first page; what is missing is read as damage.
    damaged.resize(fresh.len().max(damaged.len()), 0);
    std::fs::write(&copy, &damaged).map_err(|source| Error::io(&copy, source))?;
    for page in 0..used {
        patch(page, &fresh)?;
        if let Ok(connection) = opened(folder, &copy) {
            return Ok((connection, true));
        }
        patch(page, &damaged)?;
    }
    Err(why)
}

/// The bytes of a new store that is as long as another one, and how many of its pages were used before it was made long.
fn fresh(work: &Path, key: Option<&Key>, than: &Path) -> Result<(Vec<u8>, usize)> {
    let length =
        std::fs::metadata(than).map_err(|source| Error::Unread { path: than.to_owned(), source })?.len();
    let path = work.join(DATABASE);
    let mut fresh = connection(work, &path, OpenFlags::default(), key)?;
    let failed = |source| Error::at(work, source);
    schema::to_version(&mut fresh, work, VERSION)?;
    let used: usize = fresh.query_row("PRAGMA page_count", [], |row| row.get(0)).map_err(failed)?;
    let filling = i64::try_from(length).unwrap_or(i64::MAX / 2);
    fresh.execute("INSERT INTO blob VALUES ('', zeroblob(?1))", [filling]).map_err(failed)?;
    fresh.close().map_err(|(_, source)| failed(source))?;
    let bytes = std::fs::read(&path).map_err(|source| Error::Unread { path, source })?;
    Ok((bytes, used))
}

/// Columns of a table, and those of its key when that is not the number of the row itself.
fn columns(connection: &Connection, table: &str) -> Result<(Vec<String>, Vec<String>)> {
    let mut statement =
        connection.prepare("SELECT name, pk, type FROM pragma_table_info(?1) ORDER BY cid")?;
    let rows = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let rows: Vec<(String, i64, String)> = rows.collect::<rusqlite::Result<_>>()?;
    let mut named: Vec<&(String, i64, String)> = rows.iter().filter(|(_, pk, _)| *pk > 0).collect();
    named.sort_by_key(|(_, pk, _)| *pk);
    let is_number = named.len() == 1 && named.iter().all(|(_, _, kind)| kind == "INTEGER");
    let key = if is_number { Vec::new() } else { named.into_iter().map(|(name, ..)| name.clone()).collect() };
    Ok((rows.iter().map(|(name, ..)| name.clone()).collect(), key))
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn told(values: &[Value]) -> String {
    let word = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    values.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Copies what can be read of a table.
fn copy(old: &Connection, new: &Connection, name: String) -> Result<TableRescue> {
    let (columns, key) = columns(new, &name)?;
    let mut rescue = TableRescue { name, ..TableRescue::default() };
    let name = &rescue.name;
    let list = quoted(&columns);
    let places = vec!["?"; columns.len() + 1].join(", ");
    let mut insert =
        new.prepare(&format!("INSERT OR IGNORE INTO \"{name}\" (rowid, {list}) VALUES ({places})"))?;
    let at = |which: &str| columns.iter().position(|column| column == which);
    let key_at: Vec<usize> = key.iter().filter_map(|column| at(column)).collect();
    let mut saved = BTreeSet::new();
    let mut damage = 0;
    let broken = walk(old, name, &list, columns.len(), |row, values| {
        let name: Vec<Value> = key_at.iter().filter_map(|at| values.get(*at).cloned()).collect();
        let all = std::iter::once(Value::Integer(row)).chain(values);
        // A value that no such table may hold is damage as well.
        if insert.execute(params_from_iter(all)).is_ok_and(|n| n == 1) {
            saved.insert(if key_at.is_empty() { row.to_string() } else { told(&name) });
        } else {
            damage += 1;
        }
    });
    rescue.saved = saved.len() as u64;
    // The index beside the table may know what is gone.
    let mut gone = Vec::new();
    if !key.is_empty() {
        let statement = format!(
            "SELECT {} FROM \"{name}\" INDEXED BY \"sqlite_autoindex_{name}_1\" ORDER BY {}",
            quoted(&key),
            quoted(&key)
        );
        if let Ok(mut statement) = old.prepare(&statement)
            && let Ok(mut rows) = statement.query([])
        {
            while let Ok(Some(row)) = rows.next() {
                let values: Vec<Value> = (0..key.len()).filter_map(|n| row.get(n).ok()).collect();
                let known = told(&values);
                if !saved.contains(&known) {
                    gone.push(known);
                }
            }
        }
    }
    for name in gone {
        rescue.lose(name);
    }
    rescue.lost = rescue.lost.max(broken + damage);
    Ok(rescue)
}

/// Reads a table row by row; returns at how many places it could not be read.
fn walk(
    old: &Connection,
    table: &str,
    columns: &str,
    count: usize,
    mut each: impl FnMut(i64, Vec<Value>),
) -> u64 {
    let mut broken = 0;
    // The last row that was read going forward; rows behind the damage that were read going back.
    let (mut after, mut ends) = (i64::MIN, i64::MAX);
    // A row that is there, but may not be readable whole.
    let mut tried = None;
    let statement = |order: &str| {
        format!(
            "SELECT rowid, {columns} FROM \"{table}\" WHERE rowid > ?1 AND rowid < ?2 ORDER BY rowid {order}"
        )
    };
    loop {
        let (last, whole) = run(old, &statement("ASC"), count, [after, ends], &mut each);
        if whole {
            return broken;
        }
        match (last, tried.take()) {
            (Some(last), _) => (after, broken) = (last, broken + 1),
            // Its place in the table can be read, its content cannot: counted when reading stopped there first.
            (None, Some(row)) => after = row,
            (None, None) => broken += 1,
        }
        // From the end back to the damage.
        let (first, whole) = run(old, &statement("DESC"), count, [after, ends], &mut each);
        ends = first.unwrap_or(ends);
        if whole {
            return broken;
        }
        // Between two places of damage: past the first, by larger and larger steps.
        let Some(next) = past(old, table, after, ends) else { return broken };
        after = next.saturating_sub(1);
        tried = Some(next);
    }
}

/// A row behind the damage that follows a row, and before another one.
fn past(old: &Connection, table: &str, after: i64, ends: i64) -> Option<i64> {
    let mut statement = old
        .prepare(&format!(
            "SELECT rowid FROM \"{table}\" WHERE rowid >= ?1 AND rowid < ?2 ORDER BY rowid LIMIT 1"
        ))
        .ok()?;
    let start = if after == i64::MIN { 0 } else { after };
    for step in (0..48).map(|n| 1_i64 << n) {
        let from = start.checked_add(step).filter(|from| *from < ends)?;
        if let Ok(row) = statement.query_row([from, ends], |row| row.get(0)) {
            return Some(row);
        }
    }
    None
}

/// Runs a statement until it ends or fails: the last row that was read, and whether it came to its end.
fn run(
    old: &Connection,
    statement: &str,
    count: usize,
    between: [i64; 2],
    each: &mut impl FnMut(i64, Vec<Value>),
) -> (Option<i64>, bool) {
    let mut last = None;
    let Ok(mut statement) = old.prepare(statement) else { return (None, false) };
    let Ok(mut rows) = statement.query(between) else { return (None, false) };
    loop {
        match rows.next() {
            Ok(None) => return (last, true),
            Err(_) => return (last, false),
            Ok(Some(row)) => {
                let read = || -> rusqlite::Result<(i64, Vec<Value>)> {
                    Ok((row.get(0)?, (1..=count).map(|n| row.get(n)).collect::<rusqlite::Result<_>>()?))
                };
                let Ok((number, values)) = read() else { return (last, false) };
                last = Some(number);
                each(number, values);
            }
        }
    }
}

/// Makes rows that lead to what is lost lead somewhere again, or takes them out: a store holds nothing that leads nowhere.
fn mend(new: &Connection, rescue: &mut Rescue) -> Result<()> {
    // What only its name is known of. A change that is lost cannot be taken back.
    let tables: Vec<String> = rescue.tables.iter().map(|table| table.name.clone()).collect();
    for table in &tables {
        let (columns, _) = columns(new, table)?;
        let has = |name: &str| columns.iter().any(|column| column == name);
        if table != "change" && has("change") {
            new.execute(
                &format!(
                    "INSERT OR IGNORE INTO change (id, at, actor, action, undone)
                     SELECT DISTINCT change, '1970-01-01T00:00:00Z', '', 'lost', '1970-01-01T00:00:00Z' FROM \"{table}\" WHERE change IS NOT NULL"
                ),
                [],
            )?;
        }
        if table != "environment" && has("environment") {
            let found = lines(
                new,
                &format!(
                    "SELECT DISTINCT environment FROM \"{table}\" WHERE environment NOT IN (SELECT id FROM environment)"
                ),
            )?;
            for id in found {
                new.execute(
                    "INSERT INTO environment (id, name, organisation, demo) VALUES (?1, ?1, '', 0)",
                    [&id],
                )?;
                empty(rescue, "environment", id);
            }
        }
        if matches!(table.as_str(), "asset" | "sr_answer") {
            let found = pairs(
                new,
                &format!(
                    "SELECT DISTINCT environment, zone FROM \"{table}\" EXCEPT SELECT environment, id FROM zone"
                ),
            )?;
            for (environment, id) in found {
                new.execute(
                    "INSERT INTO zone (environment, id, position, name, purdue, safety, description, sl_t)
                     SELECT ?1, ?2, ifnull(max(position), 0) + 1, ?2, '', 0, '', '[0,0,0,0,0,0,0]' FROM zone WHERE environment = ?1",
                    [&environment, &id],
                )?;
                empty(rescue, "zone", format!("{environment} {id}"));
            }
        }
    }
    // The rest of what leads nowhere goes, until nothing does.
    loop {
        let mut statement = new.prepare("PRAGMA foreign_key_check")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let dangling: BTreeSet<(String, i64)> = rows.collect::<rusqlite::Result<_>>()?;
        drop(statement);
        if dangling.is_empty() {
            return Ok(());
        }
        for (table, row) in dangling {
            new.execute(&format!("DELETE FROM \"{table}\" WHERE rowid = ?1"), [row])?;
            if let Some(told) = rescue.tables.iter_mut().find(|told| told.name == table) {
                told.saved = told.saved.saturating_sub(1);
                told.lose(format!("row {row}, which led to a lost one"));
            }
        }
    }
}

fn pairs(connection: &Connection, statement: &str) -> Result<Vec<(String, String)>> {
    let mut statement = connection.prepare(statement)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn empty(rescue: &mut Rescue, table: &str, name: String) {
    if let Some(told) = rescue.tables.iter_mut().find(|told| told.name == table) {
        told.empty.push(name);
    }
}

fn log(into: &Path, key: Option<&Key>, who: &Who, rescue: &Rescue) -> Result<()> {
    let lost: Vec<_> = rescue
        .tables
        .iter()
        .filter(|table| !table.is_whole())
        .map(|table| serde_json::json!({"table": table.name, "saved": table.saved, "lost": table.lost, "empty": table.empty.len()}))
        .collect();
    let detail = serde_json::json!({"lost": lost, "schema": rescue.schema});
    log_alone(into, key, who, "store.rescued", &detail)
}
