//! The story's HTTP client: every step goes through the real API, and says which events it made.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longest wait for a plugin or timer, in real time.
const WAIT: Duration = Duration::from_secs(30);

/// What went differently from what the rules demand.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Different(pub String);

/// Shorthand for steps.
pub type Step<T = ()> = Result<T, Different>;

/// A client with everybody's keys.
pub struct Client {
    base: String,
    agent: ureq::Agent,
    keys: BTreeMap<String, String>,
    sent: u64,
}

/// An answer: status and body.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON body.
    pub body: Value,
}

impl Answer {
    /// The events it names, `0.12 listing.proposed`.
    pub fn events(&self) -> String {
        let events = self.body["events"].as_array().map(Vec::as_slice).unwrap_or_default();
        let shown = |event: &Value| {
            let text = |field: &str| event[field].as_str().unwrap_or("?").to_owned();
            format!("{} {}", text("position"), text("event"))
        };
        let mut list: Vec<String> = events.iter().take(4).map(shown).collect();
        if events.len() > 4 {
            list.push(format!("… {} 个事件 / {} events", events.len(), events.len()));
        }
        list.join(", ")
    }

    /// Whether an event of this name was made.
    pub fn made(&self, name: &str) -> bool {
        self.body["events"]
            .as_array()
            .is_some_and(|events| events.iter().any(|event| event["event"] == name))
    }

    /// The id of what was created.
    pub fn id(&self) -> Step<String> {
        let id = self.body["id"].as_str().map(str::to_owned);
        id.ok_or_else(|| Different(format!("no id in {}", self.body)))
    }
}

impl Client {
    /// A client of the server at `base`.
    pub fn new(base: String) -> Client {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(WAIT))
            .build();
        Client { base, agent: config.into(), keys: BTreeMap::new(), sent: 0 }
    }

    /// Takes in somebody's key.
    pub fn hold(&mut self, who: &str, key: String) {
        self.keys.insert(who.to_owned(), key);
    }

    /// Somebody's key, to explore with.
    pub fn key(&self, who: &str) -> Option<&str> {
        self.keys.get(who).map(String::as_str)
    }

    fn bearer(&self, who: &str) -> Step<String> {
        let key = self.keys.get(who).ok_or_else(|| Different(format!("no key for {who}")))?;
        Ok(format!("Bearer {key}"))
    }

    /// Sends a body; any status.
    pub fn send(&mut self, who: &str, path: &str, body: &Value) -> Step<Answer> {
        self.sent += 1;
        let response = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("Authorization", self.bearer(who)?)
            .header("Idempotency-Key", format!("demo-{:08}", self.sent))
            .header("Purpose", "demo 演示")
            .send_json(body)
            .map_err(|error| Different(format!("POST {path}: {error}")))?;
        read(path, response)
    }

    /// Uploads a text as a document of a subject; answers its digest.
    pub fn upload(&self, who: &str, subject: &str, text: &str) -> Step<String> {
        let path = format!("/v1/documents?subject={subject}");
        let response = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("Authorization", self.bearer(who)?)
            .header("Content-Type", "text/plain; charset=utf-8")
            .send(text.as_bytes())
            .map_err(|error| Different(format!("POST {path}: {error}")))?;
        let answer = read(&path, response)?;
        let sha256 = answer.body["sha256"].as_str().map(str::to_owned);
        sha256.ok_or_else(|| Different(format!("POST {path}: {} {}", answer.status, answer.body)))
    }

    /// Sends a body that must be taken.
    pub fn post(&mut self, who: &str, path: &str, body: &Value) -> Step<Answer> {
        let answer = self.send(who, path, body)?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        Err(Different(format!("POST {path} as {who}: {} {}", answer.status, answer.body)))
    }

    /// Sends a body that must be refused under this code.
    pub fn refused(&mut self, who: &str, path: &str, body: &Value, code: &str) -> Step<Answer> {
        let answer = self.send(who, path, body)?;
        if answer.body["code"] == code {
            return Ok(answer);
        }
        Err(Different(format!(
            "POST {path} as {who} should be refused by {code}: {} {}",
            answer.status, answer.body
        )))
    }

    /// Reads; any status.
    pub fn get(&self, who: Option<&str>, path: &str) -> Step<Answer> {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if let Some(who) = who {
            request = request.header("Authorization", self.bearer(who)?);
            request = request.header("Purpose", "demo 演示");
        }
        let response = request.call().map_err(|error| Different(format!("GET {path}: {error}")))?;
        read(path, response)
    }

    /// Reads until `done`, which plugins make true by themselves.
    pub fn until(
        &self,
        who: &str,
        path: &str,
        what: &str,
        done: impl Fn(&Value) -> bool,
    ) -> Step<Value> {
        let began = Instant::now();
        loop {
            let answer = self.get(Some(who), path)?;
            if answer.status == 200 && done(&answer.body) {
                return Ok(answer.body);
            }
            if began.elapsed() > WAIT {
                return Err(Different(format!("{path} never came to {what}: {}", answer.body)));
            }
            // A plugin answers within milliseconds; looking more often would only slow it.
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    /// Asks a department's plugin.
    pub fn ask(&mut self, who: &str, plugin: &str, question: &Value) -> Step<Value> {
        let answer = self.send(who, &format!("/v1/plugins/{plugin}/query"), question)?;
        if answer.status == 200 {
            return Ok(answer.body);
        }
        Err(Different(format!("{plugin} did not answer: {} {}", answer.status, answer.body)))
    }
}

fn read(path: &str, mut response: ureq::http::Response<ureq::Body>) -> Step<Answer> {
    let status = response.status().as_u16();
    let text = response
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_to_string()
        .map_err(|error| Different(format!("{path}: {error}")))?;
    let body = serde_json::from_str(&text).unwrap_or_else(|_| json!({"text": text}));
    Ok(Answer { status, body })
}
