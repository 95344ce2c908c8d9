//! What a list's page shows and where it leads.

#![allow(dead_code, reason = "each test file uses its own part of this")]

/// The texts of the links of a page's table, from the top down.
pub(crate) fn links<'a>(body: &'a str, to: &str) -> Vec<&'a str> {
    let table = body.split("<tbody>").nth(1).and_then(|it| it.split("</tbody>").next());
    table
        .unwrap_or_default()
        .split("<a ")
        .skip(1)
        .filter(|it| it.split('>').next().is_some_and(|tag| tag.contains(to)))
        .filter_map(|it| it.split_once('>')?.1.split('<').next())
        .collect()
}

/// Where “下一页” leads.
pub(crate) fn next(body: &str) -> Option<String> {
    let (_, rest) = body.split_once("rel=\"next\" href=\"")?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

/// Where “上一页” leads.
pub(crate) fn back(body: &str) -> Option<String> {
    let (_, rest) = body.split_once("rel=\"prev\" href=\"")?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

/// What a form of the page sends along to come back to it.
pub(crate) fn place(body: &str) -> String {
    let rest = body.split("name=\"back\" value=\"").nth(1).unwrap_or_default();
    rest.split('"').next().unwrap_or_default().replace("&amp;", "&")
}

/// The texts of one column of a page's table, by its label on phones.
pub(crate) fn cells(body: &str, label: &str) -> Vec<String> {
    body.split(&format!("data-label=\"{label}\">"))
        .skip(1)
        .filter_map(|it| it.split("</td>").next())
        .map(bare)
        .collect()
}

/// Without tags.
fn bare(html: &str) -> String {
    let mut depth = 0;
    let text = html.chars().filter(|letter| match letter {
        '<' => {
            depth += 1;
            false
        }
        '>' => {
            depth -= 1;
            false
        }
        _ => depth == 0,
    });
    text.collect::<String>().trim().to_owned()
}
