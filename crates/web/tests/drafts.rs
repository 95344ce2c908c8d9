//! From the official document to a running plan, over HTTP on both engines.

mod support;
#[path = "support/town.rs"]
mod town;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use office::letter::{Block, Letter};
use support::{Answer, Browser, houses};
use town::{Town, teacher, town};
use web::AppState;

const LINES: [&str; 9] = [
    "青禾区教育系统防范电信网络诈骗工作方案",
    "一、工作目标",
    "（一）师生知晓率不低于95%。",
    "二、工作措施",
    "（一）各班每月召开1次主题班会。",
    "（二）各学校每学期组织2次反诈讲座。",
    "（三）各学校每季度排查1次风险。",
    "（四）各学校要做好日常值守和情况报告。",
    "2022年1月5日",
];

/// The document as Word writes it.
fn docx(lines: &[&str]) -> Vec<u8> {
    let blocks = lines.iter().map(|it| Block::Paragraph((*it).to_owned())).collect();
    Letter { name: "方案".to_owned(), is_landscape: false, blocks }.to_docx().expect("writes")
}

/// An item as its card shows it.
struct Card {
    id: String,
    state: String,
    revision: String,
    text: String,
}

fn cards(page: &str) -> Vec<Card> {
    let value = |text: &str, before: &str| {
        let rest = text.split(before).nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    page.split("<li class=\"item\" id=\"i-")
        .skip(1)
        .map(|text| Card {
            id: text.split('"').next().unwrap_or_default().to_owned(),
            state: value(text, "data-state=\""),
            revision: value(text, "name=\"revision\" value=\""),
            text: text.split("</li>").next().unwrap_or_default().to_owned(),
        })
        .collect()
}

fn card(page: &str, words: &str) -> Card {
    let found = cards(page).into_iter().find(|it| it.text.contains(words));
    found.unwrap_or_else(|| panic!("no item with {words}:\n{page}"))
}

async fn begin(browser: &mut Browser, town: &Town) -> String {
    let file = docx(&LINES);
    let fields = [("unit", town.root.as_str())];
    let answer = browser.upload("/plans/drafts", &fields, ("通知.docx", &file)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.location.expect("the draft's page")
}

async fn step(browser: &mut Browser, draft: &str, card: &Card, step: &str) -> Answer {
    let path = format!("{draft}/items/{}", card.id);
    browser.post(&path, &[("revision", &card.revision), ("step", step)]).await
}

/// A duty's form as a browser sends it, with some fields changed.
fn form<'a>(revision: &'a str, changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut pairs = vec![
        ("revision", revision),
        ("step", "change"),
        ("kind", "duty"),
        ("name", "日常值守"),
        ("clause", "二（四）"),
        ("by_kind", "school"),
        ("cadence", "weekly"),
        ("quota", "1"),
        ("season", "in-term"),
        ("held_by", "own"),
        ("proof", "count"),
        ("due_kind", ""),
    ];
    for (name, value) in changed {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name, value));
    }
    pairs
}

/// Accepts everything, whatever the page calls it.
async fn accept_all(browser: &mut Browser, draft: &str) {
    let page = browser.get(draft).await;
    for it in cards(&page.body).iter().filter(|it| it.state == "open") {
        let done = step(browser, draft, it, "accept").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}\n{}", it.text, done.body);
    }
}

/// The name of the form's hidden field of the preview.
async fn revision_of(browser: &mut Browser, draft: &str) -> String {
    let page = browser.get(&format!("{draft}/preview")).await;
    let rest = page.body.split("name=\"revision\" value=\"").nth(1).expect("a form");
    rest.split('"').next().expect("a number").to_owned()
}

fn owed(app: &AppState, unit: &str) -> Vec<String> {
    let mut names: Vec<String> =
        app.live.owed(unit).iter().map(|it| it.duty().name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

#[tokio::test]
async fn a_document_becomes_a_running_plan_whose_duties_open_their_sentences() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let draft = begin(&mut browser, &town).await;
        let page = browser.get(&draft).await;
        assert_eq!(page.status, StatusCode::OK, "{engine}");
        assert_eq!(cards(&page.body).len(), 4, "{engine}: {}", page.body);
        assert!(page.body.contains("已处理 <strong>0</strong> / 4 条"), "{engine}");
        // Sentence and item point at each other.
        let meeting = card(&page.body, "主题班会");
        assert!(page.body.contains(&format!("href=\"#i-{}\"", meeting.id)), "{engine}");

        // Change, drop, take back.
        let path = format!("{draft}/items/{}", meeting.id);
        let wrong =
            form(&meeting.revision, &[("quota", "几次"), ("name", ""), ("cadence", "monthly")]);
        let told = browser.post(&path, &wrong).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(told.body.contains("名称：不能为空"), "{engine}: {}", told.body);
        assert!(told.body.contains("现为“几次”"), "{engine}");
        let changed = [
            ("name", "主题班会"),
            ("clause", "二（一）"),
            ("by_kind", "class"),
            ("cadence", "monthly"),
            ("quota", "2"),
            ("due_kind", "month"),
            ("due_n", "20"),
        ];
        let saved = browser.post(&path, &form(&meeting.revision, &changed)).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{engine}: {}", saved.body);
        let page = browser.get(&draft).await;
        assert!(
            card(&page.body, "主题班会").text.contains("每月不少于2次（学期内），当月20日前"),
            "{engine}"
        );
        let risk = card(&page.body, "排查");
        step(&mut browser, &draft, &risk, "drop").await;
        let page = browser.get(&draft).await;
        assert_eq!(card(&page.body, "排查").state, "dropped", "{engine}");
        let dropped = card(&page.body, "排查");
        step(&mut browser, &draft, &dropped, "undo").await;
        let page = browser.get(&draft).await;
        assert_eq!(card(&page.body, "排查").state, "open", "{engine}");

        // Add by a selection, counted as a browser counts.
        let text: String = page.body.clone();
        assert!(text.contains("要做好日常值守"), "{engine}");
        let list = browser.get(&format!("{draft}/sentences?q=日常值守")).await;
        let sentence =
            list.body.split("name=\"sentence\" value=\"").nth(1).expect("a sentence");
        let sentence = sentence.split('"').next().expect("a number");
        let added = browser.post(&format!("{draft}/items"), &[("sentence", sentence)]).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{engine}: {}", added.body);
        let page = browser.get(&draft).await;
        let own = card(&page.body, "日常值守");
        let path = format!("{draft}/items/{}", own.id);
        let saved = browser.post(&path, &form(&own.revision, &[])).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{engine}: {}", saved.body);
        accept_all(&mut browser, &draft).await;

        // The file, the preview, the start.
        let file = browser.get(&format!("{draft}/plan.toml")).await;
        let plan = campaign::plan::parse(&file.body, "").expect("the plan language takes it");
        assert_eq!((plan.duties.len(), plan.targets.len()), (4, 1), "{engine}");
        let preview = browser.get(&format!("{draft}/preview")).await;
        assert!(preview.body.contains("启动这个方案"), "{engine}");
        let revision = revision_of(&mut browser, &draft).await;
        let started = browser.post(&format!("{draft}/start"), &[("revision", &revision)]).await;
        assert_eq!(started.status, StatusCode::SEE_OTHER, "{engine}: {}", started.body);
        let campaign = started.location.expect("the campaign's page");
        assert!(owed(&app, "c1").contains(&"主题班会".to_owned()), "{engine}");
        assert!(owed(&app, "s1").contains(&"日常值守".to_owned()), "{engine}");

        // Whoever owes it reads the sentence that asks for it.
        let mut reader = teacher(&app).await;
        let clause = reader
            .get(&web::path::clause(campaign.trim_start_matches("/plans/"), "二（一）"))
            .await;
        assert!(clause.body.contains("各班每月召开1次主题班会"), "{engine}: {}", clause.body);
        let document = reader.get(&format!("{campaign}/document")).await;
        assert_eq!(document.status, StatusCode::OK, "{engine}");
        assert!(document.body.contains("id=\"at-duty-"), "{engine}");
        // The original comes back byte for byte.
        let original = browser.get(&format!("{draft}/file")).await;
        assert!(original.body.starts_with("PK"), "{engine}");
        // What is in use is not edited under the hand.
        let late = step(&mut browser, &draft, &own, "undo").await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{engine}");
    }
}

#[tokio::test]
async fn a_new_edition_carries_confirmations_over_and_amends_the_plan() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let draft = begin(&mut browser, &town).await;
        accept_all(&mut browser, &draft).await;
        let revision = revision_of(&mut browser, &draft).await;
        let started = browser.post(&format!("{draft}/start"), &[("revision", &revision)]).await;
        let campaign = started.location.expect("the campaign's page");
        let mut lines = LINES;
        lines[5] = "（二）各学校每学期组织4次反诈讲座。";
        lines[6] = "（三）各学校每年签订1次承诺书。";
        let edition = format!("{draft}/edition");
        let same = browser.upload(&edition, &[], ("通知.docx", &docx(&LINES))).await;
        assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}: nothing new");
        let new = browser.upload(&edition, &[], ("通知二.docx", &docx(&lines))).await;
        assert_eq!(new.status, StatusCode::SEE_OTHER, "{engine}: {}", new.body);
        let changes = browser.get(&format!("{draft}/changes")).await;
        for words in ["谁", "每学期不少于2次 → 每学期不少于4次", "原句的变化 3 处"]
        {
            assert!(changes.body.contains(words), "{engine}: {words}: {}", changes.body);
        }
        let page = browser.get(&draft).await;
        let meeting = card(&page.body, "主题班会");
        assert_eq!(meeting.state, "accepted", "{engine}");
        assert!(meeting.text.contains("沿用上一稿"), "{engine}");
        let lecture = card(&page.body, "讲座");
        assert_eq!(lecture.state, "open", "{engine}");
        assert!(lecture.text.contains("原句有改动"), "{engine}");
        assert!(card(&page.body, "承诺书").text.contains("新"), "{engine}");
        accept_all(&mut browser, &draft).await;
        let revision = revision_of(&mut browser, &draft).await;
        let pairs = [("revision", revision.as_str()), ("in_force", "2022-04-01")];
        let amended = browser.post(&format!("{draft}/amend"), &pairs).await;
        assert_eq!(amended.status, StatusCode::SEE_OTHER, "{engine}: {}", amended.body);
        let running = app.live.campaigns().first().expect("one").clone();
        assert_eq!(running.versions().len(), 2, "{engine}");
        let quotas: Vec<u32> = running
            .versions()
            .iter()
            .flat_map(|it| it.plan.duties.iter())
            .filter(|it| it.name.contains("讲座"))
            .map(|it| it.quota)
            .collect();
        assert_eq!(quotas, [2, 4], "{engine}: the old version stays");
        let document = browser.get(&format!("{campaign}/document?version=2")).await;
        assert!(document.body.contains("组织4次"), "{engine}");
    }
}

#[tokio::test]
async fn two_clerks_do_not_overwrite_each_other_and_nobody_starts_what_is_undecided() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let draft = begin(&mut browser, &town).await;
        let page = browser.get(&draft).await;
        let seen = card(&page.body, "讲座");
        step(&mut browser, &draft, &seen, "accept").await;
        let late = step(&mut browser, &draft, &seen, "drop").await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{engine}");
        // To the script the answer is the card as it stands now.
        let path = format!("{draft}/items/{}", seen.id);
        let request = Request::post(&path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-part", "1")
            .body(Body::from(format!("revision={}&step=drop", seen.revision)))
            .expect("a request");
        let part = browser.send(request).await;
        assert_eq!(part.status, StatusCode::CONFLICT, "{engine}");
        assert_eq!(card(&part.body, "讲座").state, "accepted", "{engine}");
        assert!(part.body.contains("刚被他人处理过"), "{engine}");
        assert!(!part.body.contains("<html"), "{engine}: a part, no page");
        let revision = revision_of(&mut browser, &draft).await;
        let start = format!("{draft}/start");
        let undecided = browser.post(&start, &[("revision", &revision)]).await;
        assert_eq!(undecided.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(undecided.body.contains("条未处理"), "{engine}");
        let pairs = [("revision", "77"), ("leave_open", "yes")];
        assert_eq!(browser.post(&start, &pairs).await.status, StatusCode::CONFLICT, "{engine}");
        let pairs = [("revision", revision.as_str()), ("leave_open", "yes")];
        let started = browser.post(&start, &pairs).await;
        assert_eq!(started.status, StatusCode::SEE_OTHER, "{engine}: {}", started.body);
        let plan = app.live.campaigns().first().expect("one").newest().plan.clone();
        assert_eq!(plan.duties.len(), 1, "{engine}: only what was confirmed");
    }
}

#[tokio::test]
async fn a_bad_file_is_told_in_words_and_leaves_nothing() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let mut broken = docx(&LINES);
        broken.truncate(broken.len() / 2);
        let old_word = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1].repeat(80);
        let long = "各校每月一次。".repeat(60_000);
        let cases: [(&str, &[u8], &str); 5] = [
            ("空.txt", b"", "请选择一个文件"),
            ("坏.docx", &broken, "没有读成"),
            ("旧.doc", &old_word, "另存为"),
            ("长.txt", long.as_bytes(), "超过 300000 个字"),
            ("图.bin", &[0, 1, 2, 3, 0, 0, 255, 254, 0], "没有读成"),
        ];
        for (name, bytes, words) in cases {
            let fields = [("unit", town.root.as_str())];
            let answer = browser.upload("/plans/drafts", &fields, (name, bytes)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}: {name}");
            assert!(answer.body.contains(words), "{engine}: {name}: {}", answer.body);
        }
        let list = browser.get("/plans/drafts").await;
        assert!(list.body.contains("还没有起草过"), "{engine}");
        let incoming = std::fs::read_dir(app.originals.incoming()).expect("is there").count();
        assert_eq!(incoming, 0, "{engine}: nothing half stays");
    }
}

#[tokio::test]
async fn only_those_who_manage_plans_draft_and_a_discarded_draft_comes_back() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let pasted = [("unit", town.root.as_str()), ("text", &*LINES.join("\n"))];
        let answer = browser.upload("/plans/drafts", &pasted, ("", b"")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let draft = answer.location.expect("the draft's page");
        let mut other = teacher(&app).await;
        for path in [
            "/plans/drafts".to_owned(),
            "/plans/drafts/new".to_owned(),
            draft.clone(),
            format!("{draft}/file"),
            format!("{draft}/preview"),
            format!("{draft}/history"),
        ] {
            let refused = other.get(&path).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}: {path}");
        }
        let fields = [("unit", "c1"), ("text", "各班每月召开1次班会。")];
        let refused = other.upload("/plans/drafts", &fields, ("", b"")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}");
        let page = browser.get(&draft).await;
        let lecture = card(&page.body, "讲座");
        let refused = step(&mut other, &draft, &lecture, "accept").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}");

        let sure = browser.post(&format!("{draft}/sure"), &[]).await;
        assert_eq!(sure.status, StatusCode::SEE_OTHER, "{engine}");
        let revision = revision_of(&mut browser, &draft).await;
        let gone = [("revision", revision.as_str()), ("reason", "传错了文件")];
        let answer = browser.post(&format!("{draft}/discard"), &gone).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let list = browser.get("/plans/drafts?state=discarded").await;
        assert!(list.body.contains("已作废"), "{engine}");
        let late = step(&mut browser, &draft, &lecture, "drop").await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{engine}");
        let revision = revision_of(&mut browser, &draft).await;
        let back = browser.post(&format!("{draft}/restore"), &[("revision", &revision)]).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{engine}");
        let list = browser.get("/plans/drafts?state=open").await;
        assert!(list.body.contains(LINES[0]), "{engine}");
        let history = browser.get(&format!("{draft}/history")).await;
        assert_eq!(history.status, StatusCode::OK, "{engine}");
    }
}
