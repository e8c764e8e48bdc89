//! Other systems for the tests: a real HTTP server that checks signatures, one behind TLS, and
//! peers that break off, stall or say too much.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use shouxin_outbound::signature;

/// The secret the servers know.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    pub trusted: Result<(), signature::Distrust>,
}

/// What to answer instead of the usual.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Reply {
    pub fn status(status: u16) -> Reply {
        Reply { status, headers: Vec::new(), body: String::new() }
    }

    pub fn body(status: u16, body: impl Into<String>) -> Reply {
        Reply { body: body.into(), ..Reply::status(status) }
    }
}

#[derive(Default)]
struct State {
    seen: Vec<Seen>,
    script: VecDeque<Reply>,
    /// What was answered to a key: the same again.
    given: BTreeMap<String, Value>,
}

/// A department's system: refuses what is not signed with [`SECRET`], gives each key one number.
pub struct System {
    pub address: String,
    state: Arc<Mutex<State>>,
    handle: ServerHandle,
}

impl System {
    pub fn start() -> System {
        let state = Arc::new(Mutex::new(State::default()));
        let (started, waiting) = mpsc::channel();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let data = web::Data::from(shared);
                let server = HttpServer::new(move || {
                    let app = App::new().app_data(data.clone());
                    app.app_data(web::PayloadConfig::new(1 << 20)).default_service(web::to(take))
                });
                let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
                let address = server.addrs()[0].to_string();
                let server = server.run();
                started.send((address, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (address, handle) = waiting.recv().unwrap();
        System { address, state, handle }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Answers the next requests with these, one each, in their order.
    pub fn next(&self, replies: impl IntoIterator<Item = Reply>) {
        self.state.lock().unwrap().script.extend(replies);
    }

    /// Everything that arrived so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.clone()
    }

    /// The hooks of what arrived so far.
    pub fn hooks(&self) -> Vec<String> {
        let of = |seen: &Seen| seen.headers.get("shouxin-hook").cloned().unwrap_or_default();
        self.seen().iter().map(of).collect()
    }
}

impl Drop for System {
    fn drop(&mut self) {
        // The stop is on its way once the future exists; nobody waits for it.
        drop(self.handle.stop(false));
    }
}

async fn take(
    request: HttpRequest,
    body: web::Bytes,
    state: web::Data<Mutex<State>>,
) -> HttpResponse {
    let header = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let trusted = signature::check(&header(signature::HEADER), &body, SECRET, now, 300);
    let headers = request.headers().iter().map(|(name, value)| {
        (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned())
    });
    let mut state = state.lock().unwrap();
    state.seen.push(Seen {
        headers: headers.collect(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        trusted,
    });
    if trusted.is_err() {
        return HttpResponse::Unauthorized().finish();
    }
    if let Some(reply) = state.script.pop_front() {
        let mut response = HttpResponse::build(StatusCode::from_u16(reply.status).unwrap());
        for (name, value) in reply.headers {
            response.insert_header((name, value));
        }
        return response.body(reply.body);
    }
    let number = state.given.len() + 1;
    let key = header("Idempotency-Key");
    let answer = json!({"outcome": "done", "reference": format!("S-{number}")});
    HttpResponse::Ok().json(state.given.entry(key).or_insert(answer).clone())
}

/// A peer that does with each connection what it is told; returns its address.
pub fn peer(talk: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            talk(stream.unwrap());
        }
    });
    address
}

/// An address at which nobody listens.
pub fn nobody() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Reads one request, head and body.
pub fn read_request(stream: &mut impl Read) -> Vec<u8> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let head = request.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if request.len() >= head + 4 + length {
                return request;
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return request,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
}

/// Waits until the other side closes.
pub fn until_closed(stream: &mut impl Read) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).is_ok_and(|read| read > 0) {}
}

/// The same system behind TLS: its address, and the certificate of the authority that vouches.
pub fn behind_tls(system: &System) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, key).unwrap();
    let own_key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let own = own.signed_by(&own_key, &authority).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], private)
        .unwrap();
    let config = Arc::new(config);
    let behind = system.address.clone();
    let address = peer(move |stream| {
        let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut tls = rustls::StreamOwned::new(connection, stream);
        let request = read_request(&mut tls);
        if request.is_empty() {
            return;
        }
        let mut inner = TcpStream::connect(&behind).unwrap();
        inner.write_all(&request).unwrap();
        let mut answer = Vec::new();
        inner.read_to_end(&mut answer).unwrap();
        tls.write_all(&answer).unwrap();
        tls.conn.send_close_notify();
        tls.flush().unwrap();
    });
    (address, authority.pem())
}
