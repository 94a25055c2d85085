fn main() {
    let paths: Vec<std::path::PathBuf> = std::env::args().skip(1).map(Into::into).collect();
    let start = std::time::Instant::now();
    let files = plumbline_feeds::reading::files(&paths).unwrap();
    let (mut n, mut claims, mut size) = (0, 0, 0);
    plumbline_feeds::reading::read::<_, std::convert::Infallible>(
        &files,
        &|_| false,
        &|item| item,
        |event| {
            match event {
                plumbline_feeds::reading::Event::Batch(batch) => {
                    n += batch.items.len();
                    for item in &batch.items {
                        if let plumbline_feeds::reading::Item::Record(r, _) = item {
                            claims += r.claims.len();
                            if std::env::var("SIZE").is_ok() {
                                size += serde_json::to_vec(&r.vulnerabilities).unwrap().len();
                            }
                        }
                    }
                }
                plumbline_feeds::reading::Event::Done(report) => {
                    if !report.refused.is_empty() {
                        println!(
                            "{} {:?}",
                            files[report.file].display(),
                            &report.refused[..1.min(report.refused.len())]
                        );
                    }
                }
            }
            Ok(())
        },
    )
    .unwrap();
    println!("{n} items {claims} claims {size} {:?}", start.elapsed());
}
