//! XML as scanners and SBOM tools write it, record by record. No document type with declarations, no entities but
//! XML's own, bounded depth and size: what comes in is hostile until shown otherwise.

use std::io::Read;

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
};

use crate::{File, Refusal, Result};

/// Deepest nesting.
const DEEPEST: usize = 100;
/// Most bytes of text in one record.
const LARGEST: usize = 32 << 20;

/// An element with everything in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    /// Name, without a prefix.
    pub name: String,
    attributes: Vec<(String, String)>,
    /// Its own text.
    pub text: String,
    /// Where it stands in the text of the element that it is in, in bytes.
    pub at: usize,
    /// Elements in it, in order.
    pub children: Vec<Element>,
}

impl Element {
    /// An attribute; empty where it is not there.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The first element of a name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All elements of a name.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The trimmed text of the first element of a name; empty where there is none.
    pub fn word(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.trim())
    }
}

/// What a walk comes by.
pub(crate) enum Node {
    /// An element that is no record begins; it comes without what is in it.
    Open(Element),
    /// A record, whole.
    Record(Element),
    /// An element that is no record ends.
    Close(String),
}

/// A refusal with the line of a place in the file, which is read again up to there.
fn refuse(file: &File, at: u64, what: impl Into<String>) -> Refusal {
    let mut line = 1;
    let mut chunk = [0; 1 << 12];
    let mut before = match file.reader() {
        Ok(reader) => reader.take(at),
        Err(refusal) => return refusal,
    };
    while let Ok(length @ 1..) = before.read(&mut chunk) {
        line += chunk[..length].iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    Refusal::line(&file.name, line, what)
}

/// The name of the document's element.
///
/// # Errors
/// [`Refusal`] when it is no XML.
pub(crate) fn root(file: &File) -> Result<String> {
    let mut name = None;
    let found = walk(file, &[], |node| {
        if let Node::Open(element) = node {
            name = Some(element.name);
            // Enough is known.
            return Err(Refusal::whole("", ""));
        }
        Ok(())
    });
    match (name, found) {
        (Some(name), _) => Ok(name),
        (None, Err(refusal)) => Err(refusal),
        (None, Ok(())) => Err(Refusal::whole(&file.name, "this XML holds no element")),
    }
}

/// Walks through a document; elements named in `records` come whole.
///
/// # Errors
/// [`Refusal`] with the line, when it is no XML, declares entities, or is cut off; what `each` fails with.
pub(crate) fn walk(file: &File, records: &[&str], mut each: impl FnMut(Node) -> Result<()>) -> Result<()> {
    let mut reader = Reader::from_reader(file.reader()?);
    reader.config_mut().expand_empty_elements = true;
    let mut buffer = Vec::new();
    // Names of open elements that are no records; then the record under way, its elements nested.
    let mut open: Vec<String> = Vec::new();
    let mut record: Vec<Element> = Vec::new();
    let mut size = 0;
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let at = reader.buffer_position();
        let event = event.map_err(|error| match error {
            quick_xml::Error::Io(error) => file.unreadable(&error),
            error => refuse(file, reader.error_position(), format!("this is no XML ({error})")),
        })?;
        match event {
            Event::Start(start) => {
                if open.len() + record.len() >= DEEPEST {
                    return Err(refuse(file, at, format!("elements are nested more than {DEEPEST} deep")));
                }
                let element = element(&start).map_err(|what| refuse(file, at, what))?;
                if !record.is_empty() || records.contains(&element.name.as_str()) {
                    size += 64
                        + element
                            .attributes
                            .iter()
                            .map(|(name, value)| name.len() + value.len())
                            .sum::<usize>();
                    record.push(element);
                } else {
                    open.push(element.name.clone());
                    each(Node::Open(element))?;
                }
            }
            Event::End(_) => match (record.pop(), record.last_mut()) {
                (Some(mut done), Some(parent)) => {
                    done.at = parent.text.len();
                    parent.children.push(done);
                }
                (Some(done), None) => {
                    size = 0;
                    each(Node::Record(done))?;
                }
                (None, _) => each(Node::Close(open.pop().unwrap_or_default()))?,
            },
            Event::Text(text) => {
                if let Some(element) = record.last_mut() {
                    let text = text.xml_content(XmlVersion::Implicit1_0);
                    size += text.len();
                    element.text.push_str(&text);
                }
            }
            Event::CData(text) => {
                if let Some(element) = record.last_mut() {
                    let text = text.xml_content(XmlVersion::Implicit1_0);
                    size += text.len();
                    element.text.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                let known = match name.resolve_char_ref() {
                    Ok(Some(c)) => Some(c.to_string()),
                    Ok(None) => resolve_xml_entity(&name).map(str::to_owned),
                    Err(_) => None,
                };
                let text =
                    known.ok_or_else(|| refuse(file, at, "it uses an entity that XML does not know"))?;
                if let Some(element) = record.last_mut() {
                    element.text.push_str(&text);
                }
            }
            Event::DocType(text) => {
                let words = text.xml_content(XmlVersion::Implicit1_0).to_uppercase();
                if ["[", "SYSTEM", "PUBLIC", "ENTITY"].iter().any(|word| words.contains(word)) {
                    return Err(refuse(
                        file,
                        at,
                        "it declares a document type with entities or outer parts, which no scanner writes; nothing was read",
                    ));
                }
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Empty(_) => {}
        }
        if size > LARGEST {
            return Err(refuse(file, at, format!("a record is larger than {} MiB", LARGEST >> 20)));
        }
    }
    match open.last().or(record.last().map(|element| &element.name)) {
        Some(name) => Err(refuse(file, u64::MAX, format!("the file is cut off: <{name}> does not end"))),
        None => Ok(()),
    }
}

fn element(start: &BytesStart<'_>) -> std::result::Result<Element, String> {
    let name = start.local_name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| format!("<{name}>: {error}"))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| format!("<{name}>: {error}"))?
            .into_owned();
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value));
    }
    Ok(Element { name, attributes, text: String::new(), at: 0, children: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Result<Vec<Element>> {
        let file = File::new("x.xml", text);
        let mut list = Vec::new();
        walk(&file, &["host"], |node| {
            if let Node::Record(element) = node {
                list.push(element);
            }
            Ok(())
        })?;
        Ok(list)
    }

    #[test]
    fn records_come_whole_with_attributes_and_text() {
        let text = "<?xml version=\"1.0\"?><!DOCTYPE run><run><host a='1 &amp; 2'><n>x &lt;y&#33;</n><n/><![CDATA[<z>]]></host><host/></run>";
        let list = records(text).unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(list[0].attribute("a"), "1 & 2");
        assert_eq!((list[0].word("n"), list[0].all("n").count(), list[0].text.as_str()), ("x <y!", 2, "<z>"));
    }

    #[test]
    fn what_could_harm_is_refused_with_its_line() {
        for (text, word) in [
            ("<!DOCTYPE r [<!ENTITY x \"y\">]><r><host>&x;</host></r>", "document type"),
            ("<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>", "document type"),
            ("<r>\n<host>&x;</host></r>", "entity"),
            ("<r><host>", "cut off"),
            ("<r><a></r>", "no XML"),
            (&"<a>".repeat(500), "nested"),
        ] {
            let refusal = records(text).unwrap_err();
            assert!(refusal.what.contains(word) && refusal.at.starts_with("line "), "{text}: {refusal}");
        }
    }
}
