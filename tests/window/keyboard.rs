//! The main tasks in the real window by keyboard alone: no click, no script that acts, only keys; and what more
//! than one window shows.

use fantoccini::key::Key;

use crate::driver::{Driver, Window, plumbline};

const ENTER: char = '\u{e007}';
const SPACE: char = ' ';
const ESCAPE: char = '\u{e00c}';
const DOWN: char = '\u{e015}';
const RIGHT: char = '\u{e014}';

async fn shows(window: &Window, id: &str, text: &str) {
    window
        .until(
            &format!("{id} shows {text:?}"),
            &format!("return document.querySelector('[data-testid=\"{id}\"]')?.textContent.includes({text:?}) ?? false"),
        )
        .await;
}

async fn at(window: &Window, page: &str) {
    window.until(page, &format!("return location.hash.startsWith('#/{page}')")).await;
}

#[tokio::test]
async fn the_five_main_tasks_need_no_mouse() {
    let driver = Driver::start();
    let (store, window) = driver.open_demo().await;

    // 1 Levels: a cell is read, and a measure tried.
    window.type_keys("gl").await;
    at(&window, "levels").await;
    window.until("cells", "return document.querySelector('[data-fr]') !== null").await;
    let first = window.ask("return document.querySelector('[data-fr]').dataset.testid").await;
    window.tab_to(first.as_str().expect("an id")).await;
    // The first cell that is below its target, row by row.
    let (row, column) = below(&window).await;
    for (key, times) in [(DOWN, row), (RIGHT, column)] {
        for _ in 0..times {
            window.keys(&[], key).await;
        }
    }
    window.keys(&[], ENTER).await;
    window.find("cell-drawer").await;
    window
        .until(
            "the drawer has the focus and says why",
            "return document.activeElement.closest('[data-testid=cell-drawer]') !== null && document.querySelector('[data-testid=cell-drawer]').textContent.includes('SL-A')",
        )
        .await;
    let lever =
        window.ask("return document.querySelector('[data-testid^=lever-]')?.dataset.testid ?? null").await;
    if let Some(lever) = lever.as_str() {
        window.tab_to(lever).await;
        window.keys(&[], SPACE).await;
        shows(&window, "what-if", "→").await;
    }
    window.picture("keyboard-levels").await;
    window.keys(&[], ESCAPE).await;
    window.until("closed", "return document.querySelector('[data-testid=cell-drawer]') === null").await;
    window.until("the cell has it again", "return document.activeElement.matches('[data-fr]')").await;

    // 2 Findings: one is acknowledged, and that is taken back.
    let open = |store: &std::path::Path| {
        plumbline(store, &["finding", "list", "--state", "open"])["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .filter(|f| f["triaged"] == true)
            .count()
    };
    let before = open(&store);
    window.type_keys("gf").await;
    at(&window, "findings").await;
    window.until("rows", "return document.querySelectorAll('[data-testid^=finding-]').length > 3").await;
    for _ in 0..120 {
        if window.ask("return document.activeElement.matches('main [role=grid]')").await == true {
            break;
        }
        window.keys(&[], Key::Tab.into()).await;
    }
    // Down to one that nobody has looked at.
    let untriaged = window
        .ask("return [...document.querySelectorAll('[data-testid^=finding-]')].map(r => [Number(r.getAttribute('aria-rowindex')), r.querySelector('.new') !== null]).filter(r => r[1]).map(r => r[0] - 1).sort((a, b) => a - b)[0]")
        .await
        .as_u64()
        .expect("one in sight");
    for _ in 0..untriaged {
        window.keys(&[], DOWN).await;
    }
    window.keys(&[], 'a').await;
    window.find("decide-confirm").await;
    window.keys(&[], '2').await;
    window.tab_to("decide-confirm").await;
    window.keys(&[], ENTER).await;
    window.find("undo").await;
    assert_eq!(open(&store), before + 1);
    window.until("the table has the focus", "return document.activeElement.matches('[role=grid]')").await;
    window.keys(&[Key::Control], 'z').await;
    window.until("undone", "return document.querySelector('[data-testid=undo]') === null").await;
    assert_eq!(open(&store), before);

    // 3 Requirements: one is answered.
    window.type_keys("gq").await;
    at(&window, "requirements").await;
    let first = "document.querySelector('[data-testid^=\"requirement-SR\"]')";
    window.until("requirements", &format!("return {first} !== null")).await;
    let row = window.ask(&format!("return {first}.dataset.testid")).await;
    let row = row.as_str().expect("a requirement").to_owned();
    window.tab_to(&row).await;
    // Past the box that ticks it, to its name.
    window.keys(&[], Key::Tab.into()).await;
    window.keys(&[], ENTER).await;
    window.find("answer-form").await;
    window.tab_to("answer-form").await;
    window.keys(&[], '4').await;
    window.tab_to("answer-save").await;
    window.keys(&[], ENTER).await;
    window.find("undo").await;
    let answered = plumbline(&store, &["audit", "log"]);
    window.picture("keyboard-requirements").await;
    assert_eq!(answered["rows"][0]["action"], "requirement.answered", "{}", answered["rows"][0]);
    window.keys(&[Key::Control], 'z').await;
    window.until("undone", "return document.querySelector('[data-testid=undo]') === null").await;

    // 4 Plan: an action is switched off, what is left kept as a scenario.
    window.type_keys("gp").await;
    at(&window, "plan").await;
    window.find("plan-now").await;
    let action = window
        .ask("return document.querySelector('[data-testid=plan-actions] li[data-testid]')?.dataset.testid ?? null")
        .await;
    let action = action.as_str().expect("an action").to_owned();
    let all = window.text("plan-now").await;
    window.tab_to(&action).await;
    window.keys(&[], SPACE).await;
    window
        .until(
            "one less",
            &format!("return document.querySelector('[data-testid=plan-now]').textContent !== {all:?}"),
        )
        .await;
    window.tab_to("plan-keep").await;
    window.keys(&[], ENTER).await;
    window.tab_to("scenario-name").await;
    window.type_keys("By keys").await;
    window.keys(&[], ENTER).await;
    window.find("scenario-1-open").await;
    let kept = plumbline(&store, &["scenario", "list"]);
    assert_eq!(kept["scenarios"][1]["name"], "By keys");

    // 5 Report: chosen, generated, kept.
    window.keys(&[], ESCAPE).await;
    window.type_keys("ge").await;
    at(&window, "reports").await;
    window.find("nav-reports").await;
    window.keys(&[Key::Control], 'k').await;
    window.find("palette-input").await;
    window.type_keys("generate").await;
    window.keys(&[], ENTER).await;
    at(&window, "reports/new").await;
    window.tab_to("report-kind-iec62443").await;
    window.keys(&[], SPACE).await;
    let environment = window
        .ask("return document.querySelector('[data-testid^=report-env-]')?.dataset.testid ?? null")
        .await;
    window.tab_to(environment.as_str().expect("the demo plant")).await;
    window.keys(&[], SPACE).await;
    window.tab_to("report-generate").await;
    window.keys(&[], ENTER).await;
    window.until("kept", "return document.querySelector('[data-testid^=report-row-]') !== null").await;
    window.picture("keyboard-report").await;
    window.close().await;
    assert_eq!(plumbline(&store, &["audit", "verify"])["intact"], true);
}

/// How many rows down and cells to the right the first cell is that is below its target.
async fn below(window: &Window) -> (usize, usize) {
    let found = window
        .ask("const rows = [...document.querySelectorAll('main tbody tr')].map(r => [...r.querySelectorAll('[data-fr]')]).filter(r => r.length); for (let r = 0; r < rows.length; r += 1) for (let c = 0; c < 7; c += 1) { const d = rows[r][c].dataset; if (d.achieved !== '' && Number(d.achieved) < Number(d.target)) return [r, c]; } return null")
        .await;
    let number =
        |at: usize| found[at].as_u64().and_then(|n| usize::try_from(n).ok()).expect("a cell below target");
    (number(0), number(1))
}

/// A second window, at an address of its own, hears what the first one changes.
#[tokio::test]
async fn two_windows_show_the_same_plant() {
    let driver = Driver::start();
    let (store, window) = driver.open_demo().await;
    window.type_keys("gl").await;
    at(&window, "levels").await;
    window.until("cells", "return document.querySelector('[data-fr]') !== null").await;
    window.keys(&[Key::Control, Key::Shift], 'n').await;
    let start = std::time::Instant::now();
    let both = loop {
        let both = window.client.windows().await.expect("windows");
        if both.len() == 2 {
            break both;
        }
        assert!(start.elapsed().as_secs() < 30, "no second window: {both:?}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    let first = window.client.window().await.expect("this one");
    let second = both.into_iter().find(|w| *w != first).expect("the other one");
    window.client.switch_to_window(second.clone()).await.expect("over there");
    at(&window, "levels").await;
    window.until("cells", "return document.querySelector('[data-fr]') !== null").await;
    let title = window.ask("return document.title").await;
    assert!(title.as_str().is_some_and(|t| t.contains("Plumbline") && t.len() > 15), "{title}");
    let cells = "return [...document.querySelectorAll('[data-fr]')].map(c => c.dataset.achieved).join()";
    let before = window.ask(cells).await;

    // In the first one everything new is acknowledged at once.
    window.client.switch_to_window(first).await.expect("back");
    window.type_keys("gf").await;
    at(&window, "findings").await;
    window.until("rows", "return document.querySelectorAll('[data-testid^=finding-]').length > 3").await;
    window.keys(&[Key::Control], 'a').await;
    window.until("all are chosen", "return !document.querySelector('[data-testid=decide]').disabled").await;
    window.keys(&[], 'a').await;
    window.find("decide-confirm").await;
    window.tab_to("decide-confirm").await;
    window.keys(&[], ENTER).await;
    window.find("undo").await;

    window.client.switch_to_window(second).await.expect("over there again");
    window.until("the levels follow", &format!("{cells} !== {before}")).await;
    window.close().await;
    assert_eq!(plumbline(&store, &["audit", "verify"])["intact"], true);
}
