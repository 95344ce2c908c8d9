//! `wuzha serve`: the real thing.

use std::process::ExitCode;

use crate::house::{self, Mail, Place};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// 监听地址
    #[arg(long, env = "WUZHA_LISTEN", default_value = "127.0.0.1:8080")]
    listen: std::net::SocketAddr,
    /// 经由 HTTPS 反向代理访问：会话 cookie 只经加密连接发送
    #[arg(long, env = "WUZHA_HTTPS")]
    https: bool,
    #[command(flatten)]
    mail: Mail,
}

impl Args {
    /// Every setting as it holds, by its option; secrets only as set or not.
    pub(crate) fn effective(&self) -> Vec<(&'static str, String)> {
        let or_none =
            |value: &Option<String>| value.clone().unwrap_or_else(|| "（未设置）".to_owned());
        let secret = |value: &Option<String>| match value {
            Some(url) => without_password(url),
            None => "（未设置）".to_owned(),
        };
        let key = match std::env::var_os("WUZHA_FIELD_KEY") {
            Some(_) => "来自环境变量 WUZHA_FIELD_KEY".to_owned(),
            None => format!("{}", self.place.data.join("field.key").display()),
        };
        vec![
            ("data", self.place.data.display().to_string()),
            (
                "database-url",
                match &self.place.database_url {
                    Some(url) => without_password(url),
                    None => {
                        format!("内嵌数据库 {}", self.place.data.join("wuzha.db").display())
                    }
                },
            ),
            ("schema", self.place.schema.clone()),
            ("field-key", key),
            ("listen", self.listen.to_string()),
            ("https", self.https.to_string()),
            ("smtp-url", secret(&self.mail.smtp_url)),
            ("mail-from", or_none(&self.mail.mail_from)),
            ("public-url", or_none(&self.mail.public_url)),
        ]
    }
}

/// A URL without its user, password and parameters.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "（已设置）".to_owned();
    };
    let rest = rest.split('?').next().unwrap_or_default();
    // The last @ of the authority: a password may hold one that is not encoded.
    let end = rest.rfind('@').map_or(0, |at| at + 1);
    let host = rest.get(end..).unwrap_or_default();
    if end == 0 { format!("{scheme}://{host}") } else { format!("{scheme}://…@{host}") }
}

pub(crate) fn run(args: Args) -> anyhow::Result<ExitCode> {
    house::runtime()?.block_on(async {
        let house = house::open_with(&args.place, args.https, &args.mail).await?;
        if let Some(code) = &house.setup_code {
            eprintln!("首次使用：打开 http://{}/setup ，启动码 {code}", args.listen);
        }
        house::serve(house, args.listen).await?;
        Ok(ExitCode::SUCCESS)
    })
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn no_secret_is_shown() {
        for (url, shown) in [
            ("postgres://wuzha:ge@heim@db:5432/wuzha?sslmode=x", "postgres://…@db:5432/wuzha"),
            ("smtp://mx.example:25", "smtp://mx.example:25"),
            ("geheim", "（已设置）"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
