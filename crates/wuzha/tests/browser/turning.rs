//! Lists longer than a page are turned on and back, in the order that was asked
//! for, on a phone and on a desk.

use super::first_run;
use crate::support::{Browser, House, databases};

/// The names that the page's table shows.
async fn names(browser: &Browser) -> Vec<String> {
    browser.texts("tbody td[data-label='名称'] a").await
}

/// A school with sixty classes, entered with two forms; its page.
async fn school(browser: &Browser, house: &House) -> String {
    browser.goto(&house.path("/units")).await;
    let form = browser.link("新增下级单位").await;
    browser.goto(&form).await;
    browser.choose("kind", "school").await;
    browser.choose("stage", "primary").await;
    browser.fill("name", "青禾小学").await;
    browser.press("新增").await;
    browser.sees("青禾小学").await;
    let page = browser.here().await;
    let id = page.split("/units/").nth(1).unwrap_or_default();
    let id = id.split(['?', '/', '#']).next().unwrap_or_default().to_owned();
    browser.goto(&house.path(&format!("/units/{id}/classes"))).await;
    browser.fill("grade", "三年级").await;
    browser.set("from", "1").await;
    browser.set("until", "60").await;
    browser.press("新增").await;
    browser.sees("三年级1班").await;
    id
}

#[tokio::test]
async fn a_long_list_is_turned_on_and_back() {
    for database in databases() {
        let house = House::start(database.as_deref());
        let browser = Browser::open(390, 844).await;
        first_run(&browser, &house).await;
        let school = school(&browser, &house).await;
        let list = house.path(&format!("/units?unit={school}&kind=class&sort=-name"));
        for width in [390, 1440] {
            browser.resize(width, 900).await;
            browser.goto(&list).await;
            let first = names(&browser).await;
            // Numbers count as numbers, from the other end.
            assert_eq!((first.len(), first[0].as_str()), (50, "三年级60班"));
            assert_eq!(first[49], "三年级11班");
            assert!(!browser.text().await.contains("上一页"));
            browser.press("下一页").await;
            browser.sees("第 2 页，共 2 页").await;
            let second = names(&browser).await;
            assert_eq!((second.len(), second[0].as_str()), (10, "三年级10班"));
            browser.fits_the_width().await;
            browser.picture(&format!("turned-{width}")).await;
            browser.press("上一页").await;
            browser.sees("第 1 页，共 2 页").await;
            assert_eq!(names(&browser).await, first);
        }
        assert!(browser.complaints().await.is_empty());
        browser.close().await;
    }
}
