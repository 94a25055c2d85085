//! Filtering by facets: a value of a facet is counted under all filters but its own.

use std::collections::BTreeMap;

use crate::view;

/// Tells each value that a row has in a facet.
type Values<'f, Row> = Box<dyn Fn(&Row, &mut dyn FnMut(&str)) + 'f>;
/// Where a value stands in order, and its name where the value is an id.
type Label<'f> = Box<dyn Fn(&str) -> (usize, String) + 'f>;

/// A facet of a table.
pub(crate) struct FacetOf<'f, Row> {
    pub(crate) name: &'static str,
    pub(crate) values: Values<'f, Row>,
    pub(crate) label: Label<'f>,
}

/// Values stand in the order of a list, unknown ones behind it.
pub(crate) fn in_order(list: &'static [&'static str]) -> impl Fn(&str) -> (usize, String) {
    move |value| (list.iter().position(|known| *known == value).unwrap_or(list.len()), value.to_owned())
}

/// Rows that pass text and facets, and the counts of every facet's values.
pub(crate) fn filter<Row>(
    rows: impl Iterator<Item = (u32, Row)>,
    query: &view::Query,
    facets: &[FacetOf<'_, Row>],
    mut has_text: impl FnMut(&Row, &str) -> bool,
) -> (Vec<u32>, Vec<view::Facet>) {
    let words: Vec<String> = query.text.split_whitespace().map(str::to_lowercase).collect();
    let chosen: Vec<Option<&Vec<String>>> =
        facets.iter().map(|facet| query.facets.get(facet.name).filter(|values| !values.is_empty())).collect();
    let mut counts: Vec<BTreeMap<String, u32>> = vec![BTreeMap::new(); facets.len()];
    let mut kept = Vec::new();
    for (index, row) in rows {
        if !words.iter().all(|word| has_text(&row, word)) {
            continue;
        }
        let fails = |at: usize| {
            chosen[at].is_some_and(|accepted| {
                let mut passes = false;
                (facets[at].values)(&row, &mut |value| passes |= accepted.iter().any(|a| a == value));
                !passes
            })
        };
        let failed: Vec<usize> = (0..facets.len()).filter(|at| fails(*at)).take(2).collect();
        let counted = match failed.as_slice() {
            [] => {
                kept.push(index);
                0..facets.len()
            }
            [only] => *only..only + 1,
            _ => continue,
        };
        for at in counted {
            (facets[at].values)(&row, &mut |value| match counts[at].get_mut(value) {
                Some(count) => *count += 1,
                None => {
                    counts[at].insert(value.to_owned(), 1);
                }
            });
        }
    }
    let views = facets
        .iter()
        .zip(counts)
        .map(|(facet, counts)| {
            let mut values: Vec<(usize, view::FacetValue)> = counts
                .into_iter()
                .map(|(value, count)| {
                    let (place, label) = (facet.label)(&value);
                    (place, view::FacetValue { value, label, count })
                })
                .collect();
            values.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.value.cmp(&b.1.value)));
            view::Facet {
                name: facet.name.to_owned(),
                values: values.into_iter().map(|(_, value)| value).collect(),
            }
        })
        .collect();
    (kept, views)
}

/// The slice of a list that a query asks for.
pub(crate) fn slice<'l, T>(list: &'l [T], query: &view::Query) -> &'l [T] {
    let limit = if query.limit == 0 { 100 } else { query.limit } as usize;
    let start = (query.offset as usize).min(list.len());
    &list[start..start.saturating_add(limit).min(list.len())]
}
