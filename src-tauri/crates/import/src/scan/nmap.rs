//! Nmap's XML: hosts, ports, services, operating systems, and what its scripts found.

use iec62443::{
    Moment,
    evidence::{Exploit, Fix},
    plant::{Identity, IdentityKind, Layer},
};
use jiff::Timestamp;

use super::{add, band, cves, of_cpe};
use crate::{
    File, Result,
    observation::{Fault, Kind, Observed, Refused, Sighting},
    xml::{Element, Node, walk},
};

/// Services that carry names and passwords, or commands, in the clear: who listens reads along (CWE-319), and what
/// the requirement on the confidentiality of communication is about (62443-3-3 SR 4.1).
const IN_THE_CLEAR: [(&str, &str); 7] = [
    ("telnet", "Telnet"),
    ("ftp", "FTP"),
    ("tftp", "TFTP"),
    ("login", "rlogin"),
    ("shell", "rsh"),
    ("exec", "rexec"),
    ("vnc-http", "VNC over HTTP"),
];

/// Reads a scan.
///
/// # Errors
/// [`crate::Refusal`] when it is no whole XML.
pub(crate) fn read(file: &File) -> Result<Observed> {
    let mut observed = Observed::new(Kind::Nmap);
    let time = |text: &str| Timestamp::from_second(text.parse().ok()?).ok().map(Moment::at);
    walk(file, &["host", "finished"], |node| {
        match node {
            Node::Open(element) if element.name == "nmaprun" => {
                observed.taken = time(element.attribute("start"))
            }
            Node::Record(element) if element.name == "finished" => {
                observed.taken = time(element.attribute("time")).or(observed.taken);
            }
            Node::Record(element) => host(&element, &mut observed),
            _ => {}
        }
        Ok(())
    })?;
    Ok(observed)
}

fn host(host: &Element, observed: &mut Observed) {
    let mut s = Sighting::default();
    let (mut ips, mut macs, mut maker) = (Vec::new(), Vec::new(), "");
    for address in host.all("address") {
        match address.attribute("addrtype") {
            "mac" => {
                macs.push(address.attribute("addr"));
                maker = address.attribute("vendor");
            }
            _ => ips.push(address.attribute("addr")),
        }
    }
    let names = host.child("hostnames").into_iter().flat_map(|names| names.all("hostname"));
    s.hosts = names.map(|name| name.attribute("name").to_owned()).filter(|name| !name.is_empty()).collect();
    s.ip = ips.join(", ");
    s.mac = macs.join(", ");
    s.at =
        format!("host {}", ips.first().copied().or(s.hosts.first().map(String::as_str)).unwrap_or_default());
    let state = host.child("status").map_or("", |status| status.attribute("state"));
    if state == "down" {
        observed.remarks.push(Refused { at: s.at, reason: "the host did not answer; left out".to_owned() });
        return;
    }
    if s.ip.is_empty() && s.hosts.is_empty() && s.mac.is_empty() {
        observed
            .refused
            .push(Refused { at: "host".to_owned(), reason: "the host has no address".to_owned() });
        return;
    }
    if let Some(os) = host.child("os").and_then(|os| os.child("osmatch")) {
        // Guesses below this are guesses.
        let sure = os.attribute("accuracy").parse().unwrap_or(0) >= 90;
        let class = os.child("osclass");
        if sure {
            let cpe = class.and_then(|class| class.child("cpe")).map_or("", |cpe| cpe.text.trim());
            let vendor = class.map_or("", |class| class.attribute("vendor"));
            let identity = Identity {
                layer: Layer::Os,
                kind: IdentityKind::OperatingSystem,
                vendor: vendor.to_owned(),
                product: os.attribute("name").to_owned(),
                cpe: cpe.to_owned(),
                ..Identity::default()
            };
            add(&mut s.identities, identity);
        }
        let kind = class.map_or("", |class| class.attribute("type"));
        s.component_type = crate::list::component_type(kind).unwrap_or_default().to_owned();
    }
    for port in host.child("ports").into_iter().flat_map(|ports| ports.all("port")) {
        if port.child("state").is_some_and(|state| state.attribute("state") == "open") {
            self::port(port, &mut s);
        }
    }
    for script in host.child("hostscript").into_iter().flat_map(|scripts| scripts.all("script")) {
        self::script(script, "", &mut s);
    }
    // The maker of the network interface is no more than a hint, kept where nothing better names the asset.
    if s.identities.is_empty() && !maker.is_empty() {
        add(
            &mut s.identities,
            Identity { vendor: maker.to_owned(), kind: IdentityKind::Hardware, ..Identity::default() },
        );
    }
    observed.assets.push(s);
}

fn port(port: &Element, s: &mut Sighting) {
    let place = format!("{}/{}", port.attribute("portid"), port.attribute("protocol"));
    if let Some(service) = port.child("service") {
        let (product, version) = (service.attribute("product"), service.attribute("version"));
        let mut named = false;
        for cpe in service.all("cpe") {
            if let Some(mut identity) = of_cpe(&cpe.text) {
                if identity.version.is_empty() && identity.kind == IdentityKind::Application {
                    version.clone_into(&mut identity.version);
                }
                named |= identity.kind != IdentityKind::OperatingSystem;
                if identity.kind != IdentityKind::OperatingSystem
                    || !s.identities.iter().any(|known| known.kind == IdentityKind::OperatingSystem)
                {
                    add(&mut s.identities, identity);
                }
            }
        }
        if !named && !product.is_empty() {
            let identity = Identity {
                kind: IdentityKind::Application,
                product: product.to_owned(),
                version: version.to_owned(),
                ..Identity::default()
            };
            add(&mut s.identities, identity);
        }
        if let Some((_, name)) = IN_THE_CLEAR.iter().find(|(known, _)| *known == service.attribute("name"))
            && service.attribute("tunnel").is_empty()
        {
            s.findings.push(Fault {
                check: format!("clear:{}", service.attribute("name")),
                title: format!("{name} is open on port {place}"),
                description: format!(
                    "{name} answers on port {place}. Names, passwords and commands cross the network in the clear. Nmap gives no severity."
                ),
                cwes: vec!["CWE-319".to_owned()],
                ..Fault::default()
            });
        }
    }
    for script in port.all("script") {
        self::script(script, &place, s);
    }
}

/// A value of a script's table.
fn value<'e>(table: &'e Element, key: &str) -> &'e str {
    table.all("elem").find(|elem| elem.attribute("key") == key).map_or("", |elem| elem.text.trim())
}

fn script(script: &Element, place: &str, s: &mut Sighting) {
    let id = script.attribute("id");
    match id {
        "vulners" => {
            for table in script.all("table").flat_map(|of| of.all("table")) {
                let name = value(table, "id");
                if value(table, "type") != "cve" || cves(name).is_empty() {
                    continue;
                }
                push(
                    s,
                    Fault {
                        check: "vulners".to_owned(),
                        vulnerability: Some(name.to_owned()),
                        title: name.to_owned(),
                        description: String::new(),
                        severity: value(table, "cvss").parse().ok().and_then(band),
                        exploit: (value(table, "is_exploit") == "true").then_some(Exploit::Poc),
                        ..Fault::default()
                    },
                );
            }
        }
        _ => {
            // The library for vulnerabilities writes a table for each, with its state.
            for table in script.all("table") {
                let state = value(table, "state");
                if !state.starts_with("VULNERABLE") && !state.starts_with("LIKELY VULNERABLE") {
                    continue;
                }
                let title = value(table, "title");
                let ids = table
                    .all("table")
                    .filter(|of| of.attribute("key") == "ids")
                    .flat_map(|of| of.all("elem"));
                let ids: Vec<String> = ids.flat_map(|id| cves(&id.text)).collect();
                let text = table
                    .all("table")
                    .filter(|of| of.attribute("key") == "description")
                    .flat_map(|of| of.all("elem"));
                let description = text.map(|elem| elem.text.trim()).collect::<Vec<_>>().join(" ");
                let fault = Fault {
                    check: id.to_owned(),
                    title: title.to_owned(),
                    description: super::flowing(&description),
                    exploit: state.contains("Exploitable").then_some(Exploit::Poc),
                    fix: Fix::None,
                    ..Fault::default()
                };
                if ids.is_empty() {
                    push(s, Fault { check: format!("{id}:{}", table.attribute("key")), ..fault.clone() });
                }
                for cve in ids {
                    push(s, Fault { vulnerability: Some(cve), ..fault.clone() });
                }
            }
            control_system(id, script, s);
            default_account(id, script, place, s);
        }
    }
}

/// Scripts that ask a controller what it is.
fn control_system(id: &str, script: &Element, s: &mut Sighting) {
    let any = |keys: &[&str]| {
        keys.iter().map(|key| value(script, key)).find(|text| !text.is_empty()).unwrap_or_default()
    };
    let (vendor, product, version, serial) = match id {
        "s7-info" => (
            "Siemens",
            any(&["Module", "Basic Hardware", "Module Type"]),
            any(&["Version"]),
            any(&["Serial Number"]),
        ),
        "enip-info" => {
            (any(&["Vendor"]), any(&["Product Name"]), any(&["Revision"]), any(&["Serial Number"]))
        }
        "bacnet-info" => {
            (any(&["Vendor Name"]), any(&["Model Name"]), any(&["Firmware", "Application Software"]), "")
        }
        "modbus-discover" => ("", any(&["Device identification", "device identification"]), "", ""),
        "omron-info" => ("Omron", any(&["Controller Model"]), any(&["Controller Version"]), ""),
        "pcworx-info" => ("Phoenix Contact", any(&["PLC Type"]), any(&["Firmware Version"]), ""),
        "fox-info" => ("Tridium", any(&["brandId", "app.name"]), any(&["app.version", "fox.version"]), ""),
        "proconos-info" => ("", any(&["PLC Type"]), any(&["Ladder Logic Runtime"]), ""),
        "iec-identify" | "mms-identify" | "iec61850-mms" => (
            any(&["vendor", "vendorName", "vendor_name"]),
            any(&["modelName", "model", "model_name"]),
            any(&["revision"]),
            "",
        ),
        _ => return,
    };
    if product.is_empty() {
        return;
    }
    if s.serial.is_empty() {
        serial.clone_into(&mut s.serial);
    }
    s.component_type = "embedded_device".to_owned();
    let identity = Identity {
        layer: Layer::Ot,
        kind: IdentityKind::Firmware,
        // "Rockwell Automation/Allen-Bradley (1)" is a name and a number.
        vendor: vendor.split(" (").next().unwrap_or_default().trim().to_owned(),
        product: product.to_owned(),
        version: version.to_owned(),
        ..Identity::default()
    };
    // What the device says of itself comes before what its services look like.
    if !s.identities.contains(&identity) {
        s.identities.insert(0, identity);
    }
}

/// Scripts that got in with a maker's password, or with none.
fn default_account(id: &str, script: &Element, place: &str, s: &mut Sighting) {
    let output = script.attribute("output");
    let said = match id {
        "ftp-anon" if output.contains("Anonymous FTP login allowed") => "Anonymous FTP login is allowed",
        "http-default-accounts" if output.contains(" at /") => "A default account of the maker is open",
        "snmp-brute" if output.contains("Valid credentials") => "An SNMP community can be guessed",
        "vnc-info"
            if output.contains("None (1)") || output.contains("Security type") && output.contains("None") =>
        {
            "VNC asks for no password"
        }
        _ => return,
    };
    push(
        s,
        Fault {
            check: id.to_owned(),
            title: format!("{said} on port {place}"),
            description: super::flowing(output),
            cwes: vec![if id == "vnc-info" { "CWE-306" } else { "CWE-1392" }.to_owned()],
            ..Fault::default()
        },
    );
}

/// Each vulnerability of a host once: several ports of one service name the same.
fn push(s: &mut Sighting, fault: Fault) {
    let same = |known: &Fault| match &fault.vulnerability {
        Some(vulnerability) => known.vulnerability.as_ref() == Some(vulnerability),
        None => known.vulnerability.is_none() && known.check == fault.check,
    };
    if !s.findings.iter().any(same) {
        s.findings.push(fault);
    }
}
