//! The product as its users meet it, in a real browser.

mod ask;
mod confirm;
mod drafts;
mod files;
mod reach;
mod story;
mod support;
mod turning;

use support::{Browser, House, databases};

pub(crate) const PASSWORD: &str = "spring-River-27";

pub(crate) async fn first_run(browser: &Browser, house: &House) {
    browser.goto(&house.path("/")).await;
    browser.sees("首次使用").await;
    browser.fill("code", &house.setup_code).await;
    browser.fill("body_name", "青禾区教育局").await;
    browser.choose("body_kind", "bureau").await;
    browser.fill("display_name", "周管理").await;
    browser.fill("sign_in_name", "zhou").await;
    browser.fill("password", PASSWORD).await;
    browser.fill("password_again", PASSWORD).await;
    browser.press("建立").await;
    browser.sees("待办").await;
}

#[tokio::test]
async fn a_new_body_is_set_up_and_signs_in_again() {
    for database in databases() {
        let house = House::start(database.as_deref());
        let browser = Browser::open(390, 844).await;
        first_run(&browser, &house).await;
        browser.fits_the_width().await;
        browser.picture("home-390").await;
        browser.goto(&house.path("/account")).await;
        browser.press("退出登录").await;
        browser.sees("登录名").await;
        browser.fill("sign_in_name", "zhou").await;
        browser.fill("password", PASSWORD).await;
        browser.press("登录").await;
        browser.sees("待办").await;
        browser.resize(1440, 900).await;
        browser.fits_the_width().await;
        browser.picture("home-1440").await;
        browser.close().await;
    }
}
