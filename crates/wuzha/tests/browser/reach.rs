//! Every page of the navigation can be used by everybody: on a phone, with a
//! keyboard, by ear; and none of them makes the browser complain.

use super::{PASSWORD, first_run};
use crate::support::{Browser, House, databases};

/// What is wrong with a page, in words; nothing if nothing is.
const LOOK: &str = r"
    const wrong = [];
    const seen = (it) => { const box = it.getBoundingClientRect(); return 0 < box.width && 0 < box.height; };
    if (document.documentElement.lang !== 'zh-CN') wrong.push('lang is ' + document.documentElement.lang);
    if (!document.title) wrong.push('no title');
    const heads = document.querySelectorAll('h1').length;
    if (heads !== 1) wrong.push(heads + ' h1');
    if (!document.querySelector('main')) wrong.push('no main');
    for (const it of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
        const named = it.labels && it.labels.length || it.getAttribute('aria-label') || it.getAttribute('aria-hidden');
        if (!named) wrong.push('no label: ' + it.name);
    }
    for (const it of document.querySelectorAll('a, button')) {
        if (!it.textContent.trim() && !it.getAttribute('aria-label')) wrong.push('no words: ' + it.outerHTML.slice(0, 80));
    }
    for (const it of document.querySelectorAll('img:not([alt])')) wrong.push('no alt: ' + it.src);
    if (innerWidth < 600) {
        for (const it of document.querySelectorAll('button, .button, nav.side a, header.top a, main select, summary')) {
            const high = it.getBoundingClientRect().height;
            if (seen(it) && high < 43.5) wrong.push(high + ' px high: ' + it.textContent.trim().slice(0, 20));
        }
    }
    const first = document.querySelector('main a, main button, main input:not([type=hidden], :disabled)');
    if (first && seen(first)) {
        first.focus({ focusVisible: true });
        const style = getComputedStyle(first);
        if (style.outlineStyle === 'none') wrong.push('focus cannot be seen: ' + first.outerHTML.slice(0, 80));
    }
    return wrong;";

/// Pages beside those of the navigation.
const MORE: &[&str] = &[
    "/more",
    "/account",
    "/notifications?unread=1",
    "/jobs?sort=created",
    "/outbox",
    "/reminders",
    "/coverage?q=班主任",
    "/import",
    "/plans/new",
    "/plans/drafts",
    "/library",
    "/consultations/trends",
    "/accounts/new",
    "/accounts/teachers",
    "/accounts?sort=-created",
    "/audit?sort=at",
    "/units/roll",
    "/records/new",
    "/records?sort=-submitted",
    "/people/new",
    "/people?sort=-name",
    "/notifications?q=x&sort=kind",
    "/library?sort=title",
    "/plans/drafts?sort=name",
    "/ask/own",
    "/know?q=x",
];

#[tokio::test]
async fn every_page_of_the_navigation_is_within_reach() {
    for database in databases() {
        let house = House::start(database.as_deref());
        let browser = Browser::open(390, 844).await;
        first_run(&browser, &house).await;
        let script = "return [...document.querySelectorAll('nav.side a')].map((it) => it.getAttribute('href'))";
        let found = browser.page.execute(script, Vec::new()).await.expect("looks");
        let mut pages: Vec<String> = serde_json::from_value(found).expect("addresses");
        assert!(9 < pages.len(), "{pages:?}");
        pages.extend(MORE.iter().map(|page| (*page).to_owned()));
        let mut wrong = Vec::new();
        for width in [390, 1440] {
            browser.resize(width, 844).await;
            for page in &pages {
                browser.goto(&house.path(page)).await;
                browser.fits_the_width().await;
                let mut found = look(&browser).await;
                found.extend(browser.complaints().await);
                wrong.extend(found.into_iter().map(|it| format!("{page} at {width}: {it}")));
            }
        }
        // A page that is not there says so, and in the same way.
        browser.goto(&house.path("/sign-out-of-nowhere")).await;
        let found = look(&browser).await;
        wrong.extend(found.into_iter().map(|it| format!("not there: {it}")));
        let missing = browser.complaints().await;
        assert!(missing.iter().all(|it| it.contains("404")), "{missing:?}");
        assert!(!missing.is_empty(), "complaints are heard at all");
        // The pages of those who are not signed in, too.
        browser.page.delete_all_cookies().await.expect("forgets");
        browser.resize(390, 844).await;
        for page in ["/sign-in", "/ask", "/ask/follow", "/ask/pay", "/know"] {
            browser.goto(&house.path(page)).await;
            let mut found = look(&browser).await;
            found.extend(browser.complaints().await);
            wrong.extend(found.into_iter().map(|it| format!("{page}: {it}")));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        browser.sign_in(&house, "zhou", PASSWORD).await;
        browser.close().await;
    }
}

async fn look(browser: &Browser) -> Vec<String> {
    let found = browser.page.execute(LOOK, Vec::new()).await.expect("looks");
    serde_json::from_value(found).expect("words")
}
