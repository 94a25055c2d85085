//! The command is killed at moments at random in every long work. Whenever that is, the store opens, is sound, its log's
//! chain holds, and the work is all there or not at all; what it was to write elsewhere is whole or not there.

#![allow(clippy::unwrap_used, missing_docs)]

mod long;

use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use long::{Dice, Work, check_out, command, copy, told, works};

/// Kills of each work.
const KILLS: u32 = 18;

#[test]
fn whenever_it_is_killed_the_work_is_all_there_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let works = works(folder.path());
    let (total, halfway) = (AtomicU32::new(0), AtomicU32::new(0));
    let next = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(work) = works.get(next.fetch_add(1, Ordering::SeqCst) as usize) {
                    kill(work, &total, &halfway);
                }
            });
        }
    });
    let (total, halfway) = (total.into_inner(), halfway.into_inner());
    assert!(total >= 200, "{total}");
    // Most of them met it at work.
    assert!(halfway * 2 > total, "{halfway} of {total}");
}

fn kill(work: &Work, total: &AtomicU32, halfway: &AtomicU32) {
    let here = tempfile::tempdir().unwrap();
    let fresh = |name: &str| {
        let at = here.path().join(name);
        copy(&work.base, &at);
        at
    };
    // Opening migrates, so what is there before is looked at in a copy of its own.
    let before = told(&fresh("before"));
    let done = fresh("after");
    let start = Instant::now();
    assert!(command(&done, &work.arguments).status().unwrap().success(), "{}", work.name);
    let length = start.elapsed();
    let after = told(&done);
    if let Some(out) = work.out {
        assert!(done.join(out).exists());
        check_out(&done, out);
    }
    let mut dice = Dice(work.name.len() as u64 + 7);
    for n in 0..KILLS {
        let at = fresh(&format!("kill-{n}"));
        let mut running = command(&at, &work.arguments).spawn().unwrap();
        std::thread::sleep(Duration::from_secs_f64(length.as_secs_f64() * dice.share()));
        let met = running.try_wait().unwrap().is_none();
        let _ = running.kill();
        running.wait().unwrap();
        // The first look finishes what was left half done.
        told(&at);
        let found = told(&at);
        assert!(
            found == before || found == after,
            "{}, kill {n}:\n{found}\nis neither\n{before}\nnor\n{after}",
            work.name
        );
        if let Some(out) = work.out {
            check_out(&at, out);
        }
        // Done again, it comes to the same end.
        if n % 6 == 0 && found == before && work.name != "restore" {
            let _ = fs::remove_file(at.join(work.out.unwrap_or("nothing")));
            assert!(command(&at, &work.arguments).status().unwrap().success(), "{}, again", work.name);
            assert_eq!(told(&at), after, "{}, again", work.name);
        }
        total.fetch_add(1, Ordering::SeqCst);
        halfway.fetch_add(u32::from(met), Ordering::SeqCst);
        fs::remove_dir_all(&at).unwrap();
    }
}
