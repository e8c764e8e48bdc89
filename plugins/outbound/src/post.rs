//! One signed POST, and what came of it.

use std::time::SystemTime;

use serde::Serialize;
use serde_json::Value;
use shouxin_plugin::{Config, Hook, Level, Mode, Outcome, log};
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::{Connector as _, RustlsConnector};
use ureq::{Agent, Body, Error};

use crate::endpoint::{Target, host_and_port};
use crate::envelope::{envelope, seconds};
use crate::transport::{Granted, NoResolver};
use crate::{Endpoint, EndpointError, Secrets, reply, signature};

/// The longest answer to a question, in bytes: what a plugin may answer.
const QUERY_BYTES_MAX: u64 = 256 * 1024;

/// The longest header of an answer, in bytes.
const HEADER_BYTES_MAX: usize = 16 * 1024;

/// Posts to one address. A connection serves one request and is closed.
#[derive(Debug)]
pub struct Poster {
    agent: Agent,
    target: Target,
    secrets: Secrets,
    live: bool,
}

impl Poster {
    /// Checks the settings and makes the sender of an instance. Opens nothing yet. Says so in
    /// the register's log if the address is not granted; the calls then wait for the grant.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn new(endpoint: &Endpoint, config: &Config) -> Result<Poster, EndpointError> {
        let target = endpoint.check()?;
        let live = config.mode() == Mode::Live;
        if live && !config.granted().contains(&target.host_and_port) {
            let needed = &target.host_and_port;
            log(
                Level::Warn,
                &format!("{needed} is not granted: put it into `connect` in plugins.toml"),
            );
        }
        let roots = match &target.roots {
            Some(roots) => RootCerts::new_with_certs(roots),
            None => RootCerts::WebPki,
        };
        let settings = Agent::config_builder()
            .timeout_global(Some(target.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .max_response_header_size(HEADER_BYTES_MAX)
            .proxy(None)
            .user_agent("shouxin")
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build();
        let connector = Granted.chain(RustlsConnector::default());
        let agent = Agent::with_parts(settings, connector, NoResolver);
        Ok(Poster { agent, target, secrets: endpoint.secrets.clone(), live })
    }

    /// Posts a call and says what came of it; `key` is the same for every attempt at the same call,
    /// `None` for one that may be taken any number of times. An instance that is not the live one makes and signs
    /// the request, sends nothing, and answers `done` with what it would have sent.
    pub fn deliver<T: Serialize>(&self, hook: Hook, key: Option<&str>, message: &T) -> Outcome {
        let body = match envelope(hook, key, message) {
            Ok(body) => body,
            Err(reason) => return Outcome::failed(reason),
        };
        if !self.live {
            let signature = signature::sign(&self.secrets, seconds(), body.as_bytes());
            return Outcome::done().with_detail(self.instead(hook, key, &body, &signature));
        }
        match self.post(hook, key, &body) {
            Ok(mut response) => outcome(&mut response),
            Err(error) => reply::unanswered(&error),
        }
    }

    /// Posts a question and returns the answer, which is free JSON. An instance that is not the
    /// live one answers with what it would have asked.
    ///
    /// # Errors
    /// A sentence that says why there is no answer.
    pub fn ask(&self, question: &Value) -> Result<Value, String> {
        let body = envelope(Hook::Query, None, question)?;
        if !self.live {
            let signature = signature::sign(&self.secrets, seconds(), body.as_bytes());
            return Ok(Value::from(self.instead(Hook::Query, None, &body, &signature)));
        }
        let response = self.post(Hook::Query, None, &body);
        let mut response = response.map_err(|error| reply::trouble(&error))?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("the other system answered HTTP {}", status.as_u16()));
        }
        let body = response.body_mut().with_config().limit(QUERY_BYTES_MAX).read_to_vec();
        let body = body.map_err(|error| reply::trouble(&error))?;
        serde_json::from_slice(&body)
            .map_err(|error| format!("the other system answered no JSON: {error}"))
    }

    /// What would have been posted, the same each time for the same call.
    fn instead(&self, hook: Hook, key: Option<&str>, body: &str, signature: &str) -> String {
        let address = host_and_port(&self.target.uri).map_or("", |(host, _)| host);
        let signatures = signature.matches(",v1=").count();
        format!(
            "not live, so not sent: POST to {address}{}, {hook}, {} bytes, key {}, {signatures} \
             signature(s)",
            self.target.uri.path(),
            body.len(),
            key.unwrap_or("none"),
        )
    }

    fn post(&self, hook: Hook, key: Option<&str>, body: &str) -> Result<Response<Body>, Error> {
        let mut request = self
            .agent
            .post(self.target.uri.clone())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .header("Connection", "close")
            .header("Shouxin-Hook", hook.as_str())
            .header(signature::HEADER, signature::sign(&self.secrets, seconds(), body.as_bytes()));
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        request.send(body)
    }
}

fn outcome(response: &mut Response<Body>) -> Outcome {
    let status = response.status();
    if !status.is_success() {
        return reply::refusal(status.as_u16(), response.headers(), SystemTime::now());
    }
    let limit = reply::ANSWER_BYTES_MAX;
    match response.body_mut().with_config().limit(limit).read_to_vec() {
        Ok(body) => reply::taken(&body),
        Err(Error::BodyExceedsLimit(_)) => reply::too_long(),
        Err(error) => reply::unanswered(&error),
    }
}
