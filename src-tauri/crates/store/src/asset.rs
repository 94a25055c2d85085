//! Assets and their identities.

use iec62443::{
    evidence::Asset,
    plant::{AssetDetail, Identity},
};
use rusqlite::params;
use rustc_hash::FxHashMap;

use crate::{Change, Reading, Result, value};

impl Reading<'_> {
    pub(crate) fn assets(&self, environment: &str) -> Result<(Vec<Asset<'static>>, Vec<AssetDetail>)> {
        let mut identities = self.identities(environment)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT id, zone, identified, tag, name, component_type, criticality, lifecycle, owner, serial, ip, mac, installed
             FROM asset WHERE environment = ?1 ORDER BY position, id",
        )?;
        let mut rows = statement.query([environment])?;
        let (mut assets, mut details) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            details.push(AssetDetail {
                tag: row.get(3)?,
                name: row.get(4)?,
                component_type: row.get(5)?,
                criticality: row.get(6)?,
                lifecycle: row.get(7)?,
                owner: row.get(8)?,
                serial: row.get(9)?,
                ip: row.get(10)?,
                mac: row.get(11)?,
                installed: value::optional_date(row.get(12)?)?,
                identities: identities.remove(&id).unwrap_or_default(),
            });
            assets.push(Asset {
                id: id.into(),
                zone: row.get::<_, String>(1)?.into(),
                identified: row.get(2)?,
            });
        }
        Ok((assets, details))
    }

    fn identities(&self, environment: &str) -> Result<FxHashMap<String, Vec<Identity>>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT asset, layer, kind, vendor, product, version, order_number, cpe, purl FROM identity
             WHERE environment = ?1 ORDER BY asset, position",
        )?;
        let mut rows = statement.query([environment])?;
        let mut identities: FxHashMap<String, Vec<Identity>> = FxHashMap::default();
        while let Some(row) = rows.next()? {
            identities.entry(row.get(0)?).or_default().push(Identity {
                layer: value::word("layer", row.get_ref(1)?.as_str().unwrap_or_default())?,
                kind: value::word("identity kind", row.get_ref(2)?.as_str().unwrap_or_default())?,
                vendor: row.get(3)?,
                product: row.get(4)?,
                version: row.get(5)?,
                order_number: row.get(6)?,
                cpe: row.get(7)?,
                purl: row.get(8)?,
            });
        }
        Ok(identities)
    }
}

impl Change<'_> {
    pub(crate) fn put_asset(
        &self,
        environment: &str,
        position: usize,
        asset: &Asset<'_>,
        detail: &AssetDetail,
        change: Option<i64>,
        is_new: bool,
    ) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO asset (environment, id, position, zone, identified, tag, name, component_type, criticality, lifecycle, owner, serial, ip, mac, installed, change)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
                 ON CONFLICT (environment, id) DO UPDATE SET zone = ?4, identified = ?5, tag = ?6, name = ?7, component_type = ?8,
                    criticality = ?9, lifecycle = ?10, owner = ?11, serial = ?12, ip = ?13, mac = ?14, installed = ?15, change = ?16",
            )?
            .execute(params![
                environment,
                &*asset.id,
                position,
                &*asset.zone,
                asset.identified,
                detail.tag,
                detail.name,
                detail.component_type,
                detail.criticality,
                detail.lifecycle,
                detail.owner,
                detail.serial,
                detail.ip,
                detail.mac,
                detail.installed.map(|day| day.to_string()),
                change
            ])?;
        if !is_new {
            self.transaction
                .prepare_cached("DELETE FROM identity WHERE environment = ?1 AND asset = ?2")?
                .execute(params![environment, &*asset.id])?;
        }
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO identity (environment, asset, position, layer, kind, vendor, product, version, order_number, cpe, purl)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        for (position, identity) in detail.identities.iter().enumerate() {
            insert.execute(params![
                environment,
                &*asset.id,
                position,
                identity.layer.as_str(),
                identity.kind.as_str(),
                identity.vendor,
                identity.product,
                identity.version,
                identity.order_number,
                identity.cpe,
                identity.purl
            ])?;
        }
        Ok(())
    }
}
