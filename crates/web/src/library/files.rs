//! The files of a material: short films, pictures, things to take along. Put to
//! the open version and taken off it; shown to everybody once it is published.

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Redirect, Response};
use campaign::access::Action;
use campaign::material::{Kind, State as Progress, number_in};
use maud::{Markup, html};
use storage::evidence::Kind as Medium;
use storage::material::{self, Attached, Material, Version};

use super::desk::told;
use super::show::kept;
use crate::ask::Visitor;
use crate::files::{self, FILES_MAX, Sent, is_played};
use crate::layout::{Tone, field, note};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

const CAPTION_MAX: usize = 200;
const CAPTION_BYTES_MAX: usize = 4 << 10;

/// The open version that a file is put to or taken off. Whoever does it is its
/// author from now on, and it is reviewed anew.
async fn open(
    app: &App,
    who: &SignedIn,
    id: &str,
) -> Result<(Material, Version, Vec<Attached>), WebError> {
    let (mut it, versions) = kept(app, who, id).await?;
    let mut newest = versions.into_iter().next().ok_or(WebError::NotFound)?;
    if !newest.state.is_open() {
        return Err(WebError::Conflict(
            "这一版已经办结，请先“修改”成新版，再增删附件。".to_owned(),
        ));
    }
    if !it.kind.carries_files() {
        return Err(WebError::invalid(format!("“{}”不带附件。", it.kind.chinese())));
    }
    newest.state = Progress::Draft;
    newest.author = Some(who.actor.account.clone());
    newest.written_at = app.clock.now();
    Progress::Draft.code().clone_into(&mut it.state);
    let mut conn = app.store.read().await?;
    let files = material::files(&mut conn, id, newest.version).await?;
    Ok((it, newest, files))
}

/// `POST /library/{id}/files`
pub(crate) async fn attach(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    mut multipart: Multipart,
) -> Result<Redirect, WebError> {
    let (it, ..) = open(&app, &who, &id).await?;
    let permit = app.live.tree().permit(&who.actor, Action::WriteContent, &it.unit)?;
    let (mut taken, mut caption) = (None, String::new());
    while let Some(field) = multipart.next_field().await.map_err(|_| broken())? {
        match field.name() {
            Some("caption") => caption = read_caption(field).await?,
            Some("file") if taken.is_none() => {
                taken = files::take(&app.originals, field).await?;
            }
            _ => {}
        }
    }
    let taken = taken.ok_or_else(|| WebError::invalid("请选择一个文件。"))?;
    let file = attached(&app, taken, (caption, it.kind)).await?;
    // A film takes minutes to come; meanwhile others may have gone on.
    let (it, version, known) = open(&app, &who, &id).await?;
    if FILES_MAX <= known.len() {
        return Err(WebError::invalid(format!("一篇材料最多 {FILES_MAX} 个附件。")));
    }
    if known.iter().any(|it| it.sha256 == file.sha256) {
        return Err(WebError::Conflict(format!("“{}”已经在这篇材料里。", file.name)));
    }
    let mut tx = app.store.write(app.clock.now()).await?;
    material::attach(&mut tx, &permit, (&it, &version), &file).await?;
    tx.commit().await?;
    Ok(told(&id, "attached"))
}

fn broken() -> WebError {
    WebError::invalid("文件没有传完，什么也没有保存，请重新提交。")
}

async fn read_caption(mut field: Field<'_>) -> Result<String, WebError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| broken())? {
        bytes.extend_from_slice(&chunk);
        if CAPTION_BYTES_MAX < bytes.len() {
            return Err(caption_too_long());
        }
    }
    let caption = String::from_utf8(bytes).map_err(|_| broken())?.trim().to_owned();
    if CAPTION_MAX < caption.chars().count() {
        return Err(caption_too_long());
    }
    Ok(caption)
}

fn caption_too_long() -> WebError {
    WebError::invalid(format!("“说明”最多 {CAPTION_MAX} 个字。"))
}

/// What came, as everybody may see it: pictures without what their camera wrote,
/// and beside a case nothing that may be somebody's number.
async fn attached(
    app: &App,
    taken: files::Taken,
    (caption, of): (String, Kind),
) -> Result<Attached, WebError> {
    let mut it = taken.into_evidence("", "", 0);
    if of == Kind::CaseAlert {
        if let Some(number) = number_in(&caption) {
            return Err(WebError::invalid(format!(
                "案例警示的“说明”中不能出现可能属于个人的号码（现有“{number}”），请删去后再上传。"
            )));
        }
        if number_in(&it.name).is_some() {
            let ending = it.name.rsplit_once('.').map_or("", |(_, ending)| ending);
            it.name = format!("附件.{ending}");
        }
    }
    let is_heard = matches!(it.kind, Medium::Video | Medium::Audio);
    if is_heard && !is_played(&it.media_type) {
        return Err(WebError::invalid(format!(
            "“{}”在手机浏览器里放不出来。视频请转成 MP4（H.264）或 WebM，声音请转成 MP3。",
            it.name
        )));
    }
    if it.kind == Medium::Photo {
        let (sha256, size, media_type) =
            files::keep_bare(&app.originals, &it.sha256, &it.name).await?;
        (it.sha256, it.size_bytes, it.media_type) = (sha256, size, media_type.to_owned());
    }
    Ok(Attached {
        place: 0,
        kind: it.kind,
        name: it.name,
        media_type: it.media_type,
        size_bytes: it.size_bytes,
        sha256: it.sha256,
        thumbnail_sha256: it.thumbnail_sha256,
        caption,
    })
}

/// `POST /library/{id}/files/{place}/remove`
pub(crate) async fn detach(
    State(app): State<AppState>,
    who: SignedIn,
    Path((id, place)): Path<(String, i64)>,
) -> Result<Redirect, WebError> {
    let (it, version, known) = open(&app, &who, &id).await?;
    let permit = app.live.tree().permit(&who.actor, Action::WriteContent, &it.unit)?;
    let file = known.iter().find(|it| it.place == place).ok_or(WebError::NotFound)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    material::detach(&mut tx, &permit, (&it, &version), file).await?;
    tx.commit().await?;
    Ok(told(&id, "detached"))
}

/// `/know/files/{id}/{version}/{place}`
pub(crate) async fn file(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(at): Path<(String, i64, i64)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let (it, is_public) = permitted(&app, &visitor, &at).await?;
    let is_inline = it.kind == Medium::Photo || is_played(&it.media_type);
    let how = Sent::named(&it.sha256, &it.media_type, &it.name, is_inline);
    files::send(&app, how.kept_if(is_public), &headers).await
}

/// `/know/files/{id}/{version}/{place}/thumbnail`
pub(crate) async fn thumbnail(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(at): Path<(String, i64, i64)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let (it, is_public) = permitted(&app, &visitor, &at).await?;
    let sha256 = it.thumbnail_sha256.as_deref().ok_or(WebError::NotFound)?;
    files::send(&app, Sent::thumbnail(sha256).kept_if(is_public), &headers).await
}

/// Everybody sees, and browsers keep, the files of the version that everybody
/// reads; those who keep the library see all.
async fn permitted(
    app: &App,
    visitor: &Visitor,
    (id, version, place): &(String, i64, i64),
) -> Result<(Attached, bool), WebError> {
    let mut conn = app.store.read().await?;
    let it = material::by_id(&mut conn, id).await?.ok_or(WebError::NotFound)?;
    let files = material::files(&mut conn, id, *version).await?;
    drop(conn);
    let is_public = it.public_version == Some(*version);
    if !is_public {
        let who = visitor.who.as_ref().ok_or(WebError::NotFound)?;
        kept(app, who, id).await?;
    }
    let file = files.into_iter().find(|file| file.place == *place);
    Ok((file.ok_or(WebError::NotFound)?, is_public))
}

/// Whose files they are.
pub(super) struct Of<'a> {
    pub(super) id: &'a str,
    pub(super) version: i64,
    pub(super) kind: Kind,
}

/// The files as they are read: films and pictures in their place, the rest to
/// take along.
pub(super) fn shown(of: &Of<'_>, title: &str, files: &[Attached]) -> Markup {
    let at = |it: &Attached| path::material_file(of.id, of.version, it.place);
    // The first picture of a short film is its cover.
    let cover = files.iter().find(|it| it.kind == Medium::Photo);
    let cover = cover.filter(|_| of.kind == Kind::Video);
    let poster = cover.map(|it| format!("{}/thumbnail", at(it)));
    let caption = |it: &Attached| html! { @if !it.caption.is_empty() { figcaption.small.muted { (it.caption) } } };
    html! {
        @for it in files {
            @match it.kind {
                Medium::Video => {
                    figure.media {
                        video controls preload="metadata" playsinline webkit-playsinline poster=[poster.as_deref()]
                            src=(at(it)) aria-label=(words(it, title)) { "您的浏览器放不了视频，请" a href=(at(it)) { "下载后观看" } "。" }
                        (caption(it))
                        @if let Some(cover) = cover { (caption(cover)) }
                    }
                }
                Medium::Audio => {
                    figure.media { audio controls preload="metadata" src=(at(it)) aria-label=(words(it, title)) {} (caption(it)) }
                }
                Medium::Photo if cover == Some(it) => {}
                Medium::Photo => { figure.media { img src=(at(it)) alt=(words(it, title)) loading="lazy"; (caption(it)) } }
                Medium::File => {}
            }
        }
        @if files.iter().any(|it| it.kind == Medium::File) {
            h3 { "附件" }
            ul.plain {
                @for it in files.iter().filter(|it| it.kind == Medium::File) {
                    li { a href=(at(it)) { (words(it, &it.name)) } " " span.small.muted { (text::size(it.size_bytes)) } }
                }
            }
        }
    }
}

fn words<'a>(it: &'a Attached, else_words: &'a str) -> &'a str {
    if it.caption.is_empty() { else_words } else { &it.caption }
}

/// The pictures as they are printed.
pub(super) fn printed(of: &Of<'_>, title: &str, files: &[Attached]) -> Markup {
    html! {
        @for it in files.iter().filter(|it| it.kind == Medium::Photo) {
            figure.media {
                img src=(path::material_file(of.id, of.version, it.place)) alt=(words(it, title));
            }
        }
    }
}

/// Before those who keep the library: what is there, and putting more to it.
pub(super) fn desk(
    (it, version): (&Material, &Version),
    files: &[Attached],
    may_write: bool,
) -> Markup {
    if !it.kind.carries_files() {
        return html! {};
    }
    let is_newest = may_write && version.version == it.version;
    let may_change = is_newest && version.state.is_open();
    let at = format!("{}/files", path::material(&it.id));
    let file_at = |file: &Attached| path::material_file(&it.id, version.version, file.place);
    html! {
        section.card {
            h2 { "视频、图片和附件" }
            @if files.is_empty() { p.muted { "还没有。" } }
            ul.plain {
                @for file in files {
                    li.attached {
                        @if file.thumbnail_sha256.is_some() {
                            img src=(format!("{}/thumbnail", file_at(file))) alt="";
                        }
                        div {
                            a href=(file_at(file)) { (file.name) }
                            div.small.muted { (medium(file.kind)) " · " (text::size(file.size_bytes)) }
                            @if !file.caption.is_empty() { div.small { (file.caption) } }
                        }
                        @if may_change {
                            form method="post" action=(format!("{at}/{}/remove", file.place)) {
                                button.quiet type="submit" aria-label=(format!("删除 {}", file.name)) { "删除" }
                            }
                        }
                    }
                }
            }
            @if may_change && files.len() < FILES_MAX {
                form.attach method="post" action=(at) enctype="multipart/form-data" {
                    (field("选择文件", Some(hint(it.kind)), html! { input type="file" name="file" required; }))
                    (field("说明", Some("画面里有什么、说了什么；看不见、听不见的人靠它"), html! { input type="text" name="caption" maxlength="200"; }))
                    button.quiet type="submit" { "上传" }
                }
            } @else if is_newest && !may_change {
                (note("这一版已经办结；要增删，请先“修改”成新版，原有附件会带过去。", Tone::Calm))
            }
        }
    }
}

const fn hint(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => "视频用 MP4（H.264）或 WebM，不超过 100 MB；再传一张图片，就作视频封面",
        Kind::Poster => "图片不超过 20 MB；打印版会印出图片",
        _ => "视频、图片、声音、文档；视频和文档不超过 100 MB，图片不超过 20 MB",
    }
}

const fn medium(kind: Medium) -> &'static str {
    match kind {
        Medium::Photo => "图片",
        Medium::Video => "视频",
        Medium::Audio => "声音",
        Medium::File => "文档",
    }
}
