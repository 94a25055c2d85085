//! Completions and man pages, from the same definitions as the help.

use std::path::Path;

use app::{Failure, reports::write};
use clap::CommandFactory;

use crate::{Done, arguments::Arguments, output::Output};

pub fn completions(shell: clap_complete::Shell, output: &Output) -> app::Result<Done> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "plumbline", &mut text);
    output.text(&String::from_utf8_lossy(&text));
    Ok(Done::Well)
}

pub fn man(folder: &Path, output: &Output) -> app::Result<Done> {
    let mut command = Arguments::command();
    command.build();
    let pages = std::iter::once(command.clone())
        .chain(command.get_subcommands().filter(|verb| verb.get_name() != "help").cloned());
    for page in pages {
        let mut text = Vec::new();
        let name = page.get_display_name().unwrap_or(page.get_name()).to_owned();
        clap_mangen::Man::new(page)
            .render(&mut text)
            .map_err(|error| Failure::new("internal", error.to_string()))?;
        write(&folder.join(format!("{name}.1")), &text)?;
    }
    output.remark(&format!("The man pages are in {}", folder.display()));
    Ok(Done::Well)
}
