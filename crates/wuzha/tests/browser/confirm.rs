//! A clerk drops the Word file that was issued, decides sentence by sentence,
//! adds one with the mouse, and starts the campaign.

use std::path::PathBuf;

use fantoccini::Locator;
use office::letter::{Block, Letter};

use crate::support::{Browser, House, databases};

/// The seed where the shared folder is, and a document of our own elsewhere.
fn document(year: i64) -> PathBuf {
    let own =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../drafting/corpus/dev/d04-school-legal.txt");
    let seed = std::env::var("WUZHA_SHARED").ok().and_then(|shared| {
        let seed = PathBuf::from(shared).join("seeds/002_95c774338fa95724.txt");
        seed.exists().then_some(seed)
    });
    let text = if let Some(seed) = seed {
        std::fs::read_to_string(seed).expect("the seed is readable")
    } else {
        println!("WUZHA_SHARED has no seed: a document of the own corpus is used");
        std::fs::read_to_string(own).expect("the corpus is readable")
    };
    // The year of the run, so that its duties are due now.
    let year = year.to_string();
    let text = ["2020", "2021", "2022", "2023", "2024", "2025"]
        .iter()
        .fold(text, |text, old| text.replace(old, &year));
    let lines = text.lines().filter(|it| !it.trim().is_empty());
    let mut blocks: Vec<Block> = lines.map(|it| Block::Paragraph(it.to_owned())).collect();
    // Something that no rule reads, for a person to choose.
    blocks.push(Block::Paragraph("各学校要安排专人值守反诈热线。".to_owned()));
    let letter = Letter { name: "通知".to_owned(), is_landscape: false, blocks };
    let folder = std::env::temp_dir().join(format!("wuzha-{}", uuid::Uuid::now_v7().simple()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("实施方案.docx");
    std::fs::write(&path, letter.to_docx().expect("writes")).expect("written");
    path
}

pub(crate) async fn first_run(browser: &Browser, house: &House) {
    browser.goto(&house.path("/")).await;
    browser.sees("首次使用").await;
    browser.fill("code", &house.setup_code).await;
    browser.fill("body_name", "青禾小学").await;
    browser.choose("body_kind", "school").await;
    browser.choose("stage", "primary").await;
    browser.fill("display_name", "周管理").await;
    browser.fill("sign_in_name", "zhou").await;
    browser.fill("password", crate::PASSWORD).await;
    browser.fill("password_again", crate::PASSWORD).await;
    browser.press("建立").await;
    browser.sees("待办").await;
}

/// Runs a script in the page.
pub(crate) async fn script(browser: &Browser, text: &str) -> serde_json::Value {
    browser.page.execute(text, Vec::new()).await.expect("the script runs")
}

/// Waits until a script says yes.
pub(crate) async fn until(browser: &Browser, what: &str, text: &str) {
    for _ in 0..200 {
        if script(browser, &format!("return Boolean({text});")).await == true {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("never came: {what}");
}

pub(crate) async fn click(browser: &Browser, css: &str) {
    script(
        browser,
        &format!("document.querySelector({css:?}).scrollIntoView({{ block: 'center' }})"),
    )
    .await;
    browser.find(css).await.click().await.expect("clicks");
}

#[tokio::test]
async fn a_document_is_confirmed_sentence_by_sentence_and_runs() {
    for database in databases() {
        let house = House::start(database.as_deref());
        let browser = Browser::open(1440, 1000).await;
        first_run(&browser, &house).await;
        browser.goto(&house.path("/plans")).await;
        browser.press("从文件起草").await;
        browser.press("上传文件起草").await;
        let file = browser.find("input[type=file]").await;
        let year = script(&browser, "return new Date().getFullYear()").await;
        let document = document(year.as_i64().expect("a year"));
        file.send_keys(&document.to_string_lossy()).await.expect("chooses the file");
        browser.press("读取并对照").await;
        browser.sees("已处理 0").await;
        browser.fits_the_width().await;
        browser.picture("confirm-1440").await;

        // A sentence lights its item, an item its sentence.
        click(&browser, ".s.has").await;
        until(&browser, "the item is lit", "document.querySelector('.item.lit')").await;
        click(&browser, ".item a.quote").await;
        until(&browser, "the sentence is lit", "document.querySelector('.s.lit')").await;

        // Accept one, change one.
        click(&browser, ".item[data-state=open] button[value=accept]").await;
        browser.sees("已处理 1").await;
        click(&browser, ".item[data-state=accepted] [data-edit]").await;
        browser.find(".item-form [name=name]").await;
        browser.fill("name", "改过名的一条").await;
        browser.picture("confirm-form-1440").await;
        click(&browser, ".item-form button[value=change]").await;
        until(&browser, "the form closes", "!document.querySelector('.item-form')").await;
        browser.sees("改过名的一条").await;

        // Add one by selecting it with the mouse.
        script(
            &browser,
            "const it = [...document.querySelectorAll('.doc-text .s')].find((one) => one.textContent.includes('专人值守'));
             it.scrollIntoView({ block: 'center' });
             const range = document.createRange(); range.selectNodeContents(it);
             getSelection().removeAllRanges(); getSelection().addRange(range);",
        )
        .await;
        until(
            &browser,
            "the button comes",
            "!document.querySelector('.select-form button').hidden",
        )
        .await;
        browser.press("把选中的文字加为条目").await;
        browser.find(".item-form [name=name]").await;
        browser.fill("name", "专人值守反诈热线").await;
        browser.choose("cadence", "monthly").await;
        click(&browser, ".item-form button[value=change]").await;
        until(&browser, "the form closes", "!document.querySelector('.item-form')").await;
        browser.sees("专人值守反诈热线").await;

        // The rest, by hand: what cannot stand is dropped.
        for _ in 0..80 {
            let open = browser.page.find_all(Locator::Css(".item[data-state=open]")).await;
            let open = open.expect("looks").len();
            if open == 0 {
                break;
            }
            click(&browser, ".item[data-state=open] button[value=accept]").await;
            let fewer = format!(
                "document.querySelectorAll('.item[data-state=open]').length < {open} || document.querySelector('.item-form')"
            );
            until(&browser, "a decision", &fewer).await;
            if script(&browser, "return Boolean(document.querySelector('.item-form'))").await
                == true
            {
                browser.page.refresh().await.expect("reloads");
                click(&browser, ".item[data-state=open] button[value=drop]").await;
                until(
                    &browser,
                    "dropped",
                    &format!(
                        "document.querySelectorAll('.item[data-state=open]').length < {open}"
                    ),
                )
                .await;
            }
        }
        browser.resize(390, 844).await;
        browser.page.refresh().await.expect("reloads");
        browser.sees("条目").await;
        browser.fits_the_width().await;
        browser.picture("confirm-390").await;
        browser.press("原文").await;
        browser.picture("confirm-doc-390").await;
        browser.resize(1440, 1000).await;
        browser.press("预览方案").await;
        browser.sees("启动这个方案").await;
        let dates = format!(
            "const set = (name, value) => {{ document.querySelector(`[name=${{name}}]`).value = value; }};
             document.querySelector('details.card').open = true;
             set('from', '{year}-01-01'); set('until', '{year}-12-31');"
        );
        script(&browser, &dates).await;
        browser.press("保存").await;
        until(&browser, "the dates hold", "document.querySelector('[name=from]').value.endsWith('-01-01') && !document.querySelector('details.card').open").await;
        browser.picture("preview-1440").await;
        browser.press("启动这个方案").await;
        browser.sees("进行中").await;
        browser.press("原文").await;
        browser.sees("方案中的要求").await;
        browser.picture("document-1440").await;
        browser.goto(&house.path("/home")).await;
        browser.sees("专人值守反诈热线").await;
        browser.goto(&house.path("/board")).await;
        browser.sees("专人值守反诈热线").await;
        browser.close().await;
    }
}
