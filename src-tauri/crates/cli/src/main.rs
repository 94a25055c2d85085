//! `plumbline`, the headless command: the same engine as the window, without a display.

mod arguments;
mod output;
mod passphrase;
mod verbs;

use std::process::ExitCode;

use app::{Failure, Place, Session};
use clap::Parser;

use arguments::{Arguments, HandoverVerb, IntelVerb, PassphraseVerb, Verb};
use output::Output;

/// Done, but with findings the verb exists to report.
const FOUND: u8 = 1;
const USAGE: u8 = 2;
const BAD_INPUT: u8 = 3;
const STORE: u8 = 4;
const NETWORK: u8 = 5;

/// How a verb ended: done, or done with something to report.
enum Done {
    Well,
    WithFindings,
    /// A feed did not come; what else was to be done is done.
    WithoutNetwork,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json);
    match run(&arguments, &output) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::WithFindings) => ExitCode::from(FOUND),
        Ok(Done::WithoutNetwork) => ExitCode::from(NETWORK),
        Err(failure) => {
            output.complain(&failure);
            ExitCode::from(exit_code(&failure))
        }
    }
}

fn exit_code(failure: &Failure) -> u8 {
    match failure.code {
        "usage" | "not_found" | "cancelled" => USAGE,
        "bad_input" | "untrusted" => BAD_INPUT,
        "network" => NETWORK,
        _ => STORE,
    }
}

fn run(arguments: &Arguments, output: &Output) -> app::Result<Done> {
    let place = || -> app::Result<Place> {
        let mut place = Place::of_user(arguments.store.clone(), arguments.today)?;
        if let Some(name) = &arguments.actor {
            place.actor = app::place::actor(name)?;
        }
        (place.assessor, place.offline) = (arguments.assessor, arguments.offline);
        Ok(place)
    };
    let unlocked = || passphrase::unlocked(place()?);
    // What is too damaged to tell whether it is encrypted is looked at as it is.
    let openable = || match unlocked() {
        Err(failure) if failure.code == "store_damaged" => place(),
        place => place,
    };
    let open = || -> app::Result<Session> { Session::open(place()?) };
    // A verb that needs a store says so before it does anything.
    let with_store = |place: Place| -> app::Result<Session> {
        let session = Session::open(place)?;
        session.store()?;
        Ok(session)
    };
    let stored = || with_store(unlocked()?);
    match &arguments.verb {
        Verb::Demo => verbs::store::demo(open()?, output),
        Verb::Init { encrypt } => verbs::store::init(open()?, *encrypt, output),
        Verb::Passphrase { verb } => match verb {
            // What the keyring keeps may be wrong: that is no reason not to forget it.
            PassphraseVerb::Forget => verbs::store::passphrases(open()?, verb, output),
            _ => verbs::store::passphrases(stored()?, verb, output),
        },
        Verb::Backup { file, check: true, .. } => verbs::store::check_backup(file, output),
        Verb::Backup { file, keep, .. } => verbs::store::backup(&unlocked()?, file, *keep, output),
        Verb::Restore { file } => verbs::store::restore(open()?, file, output),
        Verb::Doctor { rescue: Some(into) } => verbs::store::rescue(&openable()?, into, output),
        Verb::Doctor { rescue: None } => {
            let place = openable()?;
            verbs::store::doctor(with_store(place.clone()), &place, output)
        }
        Verb::Import(wanted) => verbs::import::import(stored()?, wanted, output),
        Verb::Env { verb } => verbs::lists::environments(stored()?, verb, output),
        Verb::Zone { verb } => verbs::system::zones(stored()?, verb, output),
        Verb::Conduit { verb } => verbs::system::conduits(stored()?, verb, output),
        Verb::Undo { change } => verbs::findings::undo(stored()?, *change, output),
        Verb::Asset { verb } => verbs::lists::assets(stored()?, verb, output),
        Verb::Finding { verb } => verbs::findings::findings(stored()?, verb, output),
        Verb::Figures { scope, from } => verbs::figures::figures(stored()?, scope, from.as_deref(), output),
        Verb::Ticket { verb } => verbs::lists::tickets(stored()?, verb, output),
        Verb::Control { verb } => verbs::controls::controls(stored()?, verb, output),
        Verb::Patch { verb } => verbs::work::patches(stored()?, verb, output),
        Verb::Window { verb } => verbs::work::windows(stored()?, verb, output),
        Verb::Sr { verb } => verbs::requirements::requirements(stored()?, verb, output),
        Verb::System { verb } => verbs::risk::system(stored()?, verb, output),
        Verb::Risk { verb } => verbs::risk::risk(stored()?, verb, output),
        Verb::Component { verb } => verbs::risk::components(stored()?, verb, output),
        Verb::Profile { verb } => verbs::profile::profile(stored()?, verb, output),
        Verb::Rules { verb } => verbs::work::rules(stored()?, verb, output),
        Verb::Evidence { verb } => verbs::work::evidence(stored()?, verb, output),
        Verb::Assess(wanted) => match &wanted.evidence {
            Some(file) => verbs::assess::recompute(file, wanted, output),
            None => verbs::assess::assess(stored()?, wanted, output),
        },
        Verb::Plan(wanted) => match &wanted.evidence {
            Some(file) => verbs::plan::of_evidence(file, wanted, output),
            None => verbs::plan::plan(stored()?, wanted, output),
        },
        Verb::Scenario { verb } => verbs::plan::scenarios(stored()?, verb, output),
        Verb::Advice(wanted) => verbs::advice::advice(stored()?, wanted, output),
        // What is signed needs the key, which is encrypted beside an encrypted store.
        Verb::Intel { verb: verb @ IntelVerb::ExportBundle { .. } } => {
            verbs::intel::intel(&unlocked()?, verb, output)
        }
        Verb::Intel { verb } => verbs::intel::intel(&place()?, verb, output),
        Verb::Match(wanted) => match &wanted.assets {
            Some(list) => verbs::intel::loose_list(&place()?, list, output),
            None => verbs::intel::matches(stored()?, wanted, output),
        },
        Verb::Compare(wanted) => verbs::compare::compare(stored()?, wanted, output),
        Verb::Report(wanted) => verbs::report::report(stored()?, wanted, output),
        Verb::Publish { to, environment, as_of, kept_only, plant } => {
            let wanted = app::portfolio::Wanted {
                environments: environment.clone(),
                as_of: as_of.clone(),
                kept_only: *kept_only,
                key: plant.clone(),
            };
            verbs::portfolio::publish(stored()?, &wanted, to.as_deref(), output)
        }
        Verb::Portfolio { verb, from } => {
            verbs::portfolio::portfolio(&place()?, verb, from.as_deref(), output)
        }
        Verb::Kept { verb } => verbs::report::kept(&stored()?, verb, output),
        Verb::Handover(wanted) => match &wanted.verb {
            Some(HandoverVerb::Verify { file, key }) => verbs::handover::verify(file, key.as_deref(), output),
            None => verbs::handover::make(stored()?, wanted, output),
        },
        Verb::Audit { verb } => verbs::audit::audit(stored()?, verb, output),
        Verb::Completions { shell } => verbs::help::completions(*shell, output),
        Verb::Man { out } => verbs::help::man(out, output),
    }
}
