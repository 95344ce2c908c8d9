//! The page with the QR code for walls and letters, and the steps for those who
//! have paid already.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Visitor, shell, with_phones};
use crate::layout::{heading, raw_svg};
use crate::library;
use crate::{App, AppState, WebError, download, path};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Of {
    u: String,
}

/// The QR code of the consultation page, for this unit.
pub(crate) fn qr(visitor: &Visitor, unit: &str) -> Result<(String, Markup), WebError> {
    let link = format!("{}{}", visitor.origin, path::with_query(path::ASK, &[("u", unit)]));
    let svg = office::qr::svg(&link).map_err(download::failed)?;
    Ok((link, raw_svg(svg)))
}

/// `/ask/poster`: one A4 page to print or keep as PDF.
pub(crate) async fn poster(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(of): Query<Of>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let root = tree.root().ok_or(WebError::NotFound)?;
    let (unit, name) = match tree.get(&of.u) {
        Some(node) => (node.unit.id.as_str(), tree.full_name(&node.unit.id)),
        None => ("", root.unit.name.clone()),
    };
    let (link, code) = qr(&visitor, unit)?;
    let content = html! {
        div.no-print {
            (heading("咨询海报", None))
            p { "用浏览器的“打印”印成 A4，或另存为 PDF。扫码打开的就是本单位的咨询页，不用登录。" }
        }
        article.sheet.poster {
            p.sheet-body { (name) }
            h1 { "这是不是骗局？" br; "付钱之前，先问一声" }
            div.qr role="img" aria-label="咨询页的二维码" { (code) }
            p.sheet-link { (link) }
            ul { li { "粘贴内容，马上有答复" } li { "拿不准，值班人员接着答" } li { "不用登录，不查身份" } }
            p.sheet-foot { "已经转账，马上拨打 " strong { (with_phones("110")) } "　　反诈咨询 " strong { (with_phones("96110")) } }
        }
    };
    Ok(shell(&app, &visitor, ("咨询海报", path::ASK), content))
}

/// `/ask/pay`: what to do when the money is gone, in order.
pub(crate) async fn pay(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(of): Query<Of>,
) -> Result<Markup, WebError> {
    let unit = root_or(&app, &of.u)?;
    let shelf = library::shelf(&app, &unit).await?;
    let guides: Vec<_> = ["guide/stop-payment", "guide/gave-codes"]
        .into_iter()
        .filter_map(|key| shelf.iter().find(|piece| piece.key == key))
        .collect();
    let content = html! {
        (heading("已经转账或给了验证码", None))
        p.call-row {
            a.button.call href="tel:110" { "拨打 110" }
            a.button.call href="tel:96110" { "拨打 96110" }
        }
        @for piece in guides {
            section.card.urgent {
                h2 { (piece.text.title) }
                (library::body(&piece.text.body))
                p.small.muted { "依据：" (piece.text.source) }
            }
        }
        p { a.button.quiet href=(path::ASK) { "打完电话，再把情况告诉值班人员" } }
    };
    Ok(shell(&app, &visitor, ("止付步骤", path::ASK_PAY), content))
}

fn root_or(app: &App, unit: &str) -> Result<String, WebError> {
    let tree = app.live.tree();
    let known = tree.get(unit).or_else(|| tree.root());
    known.map(|node| node.unit.id.clone()).ok_or(WebError::NotFound)
}
