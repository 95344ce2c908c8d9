//! E-mail by SMTP. What went wrong is told without the address: it may end in
//! a log.

use std::time::Duration;

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

/// How e-mail is sent.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `smtp://…`, `smtps://…`, `smtp://…?tls=required`, with user and password.
    pub smtp_url: String,
    /// `无诈 <wuzha@example.edu.cn>`
    pub from: String,
    /// Where the house is reached from outside, for links: `https://…`.
    pub public_url: Option<String>,
    /// The most that one letter may take.
    pub patience: Duration,
}

/// The way out.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    public_url: Option<String>,
    patience: Duration,
}

/// One letter.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// Stays the same however often it is sent, so that receivers can tell.
    pub id: &'a str,
    pub recipient: &'a str,
    pub subject: &'a str,
    pub body: &'a str,
    /// When it was written.
    pub at: i64,
}

/// Why a letter was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It never will be.
    #[error("refused: {0}")]
    Refused(String),
    /// This one not now.
    #[error("put off: {0}")]
    Later(String),
    /// No letter can be sent now.
    #[error("server not reached: {0}")]
    Unreachable(String),
}

impl Failure {
    /// For the log.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Later(_) => "put off",
            Self::Unreachable(_) => "server not reached",
        }
    }

    pub fn words(&self) -> &str {
        match self {
            Self::Refused(words) | Self::Later(words) | Self::Unreachable(words) => words,
        }
    }
}

/// Says that no person wrote this and nobody's absence notice should answer.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Whether letters can go to this address; the words say what is allowed.
pub fn check_address(address: &str) -> Result<(), String> {
    let fits = address.is_ascii()
        && address.len() <= 254
        && address.parse::<Address>().is_ok_and(|it| it.domain().contains('.'));
    if fits {
        Ok(())
    } else {
        Err(format!("“电子邮箱”应写作 name@school.edu.cn 的样子，现为“{address}”。"))
    }
}

impl Mailer {
    /// Reads the configuration; the words of an error do not hold the URL,
    /// which may carry a password.
    pub fn new(config: &MailConfig) -> Result<Self, String> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&config.smtp_url)
            .map_err(|_| {
                "SMTP 地址应写作 smtp://主机:端口、smtps://用户:密码@主机:端口 \
                 或 smtp://用户:密码@主机:587?tls=required"
                    .to_owned()
            })?;
        let from = config.from.parse::<Mailbox>().map_err(|_| {
            format!("发件人应写作 无诈 <wuzha@example.edu.cn>，现为“{}”", config.from)
        })?;
        let public_url =
            config.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &public_url
            && !url.starts_with("https://")
            && !url.starts_with("http://")
        {
            return Err(format!("对外网址应以 https:// 或 http:// 开头，现为“{url}”"));
        }
        Ok(Self {
            transport: builder.timeout(Some(config.patience)).build(),
            from,
            public_url,
            patience: config.patience,
        })
    }

    /// A path of the house as a link that works from outside, if it is known
    /// where the house is.
    pub fn link(&self, path: &str) -> Option<String> {
        self.public_url.as_ref().map(|url| format!("{url}{path}"))
    }

    pub async fn send(&self, letter: &Letter<'_>) -> Result<(), Failure> {
        let message = self.message(letter)?;
        // The transport's own patience is for each step; a server that answers
        // a little now and then could hold it much longer.
        match tokio::time::timeout(self.patience * 2, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failure(&error, letter.recipient)),
            Err(_) => Err(Failure::Unreachable("服务器没有在限定时间内答复".to_owned())),
        }
    }

    fn message(&self, letter: &Letter<'_>) -> Result<Message, Failure> {
        let refused = |what: &str| Failure::Refused(what.to_owned());
        let address: Address =
            letter.recipient.parse().map_err(|_| refused("收件地址不成格式"))?;
        let at = Duration::from_millis(u64::try_from(letter.at).unwrap_or_default());
        MessageBuilder::new()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(letter.subject)
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .date(std::time::UNIX_EPOCH + at)
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.to_owned())
            .map_err(|_| refused("信件无法写成"))
    }
}

/// Answers that speak of how we sign in, not of the letter.
const SIGN_IN_CODES: std::ops::RangeInclusive<u16> = 530..=538;

fn failure(error: &SmtpError, recipient: &str) -> Failure {
    let words = words(error, recipient);
    let Some(code) = error.status() else {
        return Failure::Unreachable(words);
    };
    let code = u16::from(code);
    if SIGN_IN_CODES.contains(&code) || code == 421 {
        Failure::Unreachable(words)
    } else if error.is_permanent() {
        Failure::Refused(words)
    } else {
        Failure::Later(words)
    }
}

const WORDS_MAX: usize = 300;

fn words(error: &SmtpError, recipient: &str) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words.push('：');
            words.push_str(&cause_words);
        }
        source = cause.source();
    }
    let words = words.replace(recipient, "〈收件人〉");
    words.chars().filter(|it| !it.is_control()).take(WORDS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(smtp_url: &str, from: &str) -> MailConfig {
        MailConfig {
            smtp_url: smtp_url.to_owned(),
            from: from.to_owned(),
            public_url: Some("https://wuzha.example/".to_owned()),
            patience: Duration::from_secs(1),
        }
    }

    #[test]
    fn a_wrong_configuration_is_told_without_the_password() {
        let secret = "mailto://user:geheim@host";
        let words = Mailer::new(&config(secret, "a@b.example")).err().expect("is refused");
        assert!(words.contains("smtps://") && !words.contains("geheim"), "{words}");
        let words = Mailer::new(&config("smtp://host", "无诈")).err().expect("is refused");
        assert!(words.contains("发件人"), "{words}");
        let fine = config("smtp://host:25", "无诈 <wuzha@b.example>");
        let mailer = Mailer::new(&fine).expect("fits");
        assert_eq!(mailer.link("/home").as_deref(), Some("https://wuzha.example/home"));
    }

    #[test]
    fn addresses_are_checked() {
        for fine in ["a@b.cn", "first.last+tag@mail.school.edu.cn"] {
            assert!(check_address(fine).is_ok(), "{fine}");
        }
        for wrong in
            ["", "a", "a@", "@b.cn", "a@b", "张@b.cn", "a@b.cn\r\nBcc: c@d.cn", "a b@c.cn"]
        {
            assert!(check_address(wrong).is_err(), "{wrong}");
        }
    }
}
