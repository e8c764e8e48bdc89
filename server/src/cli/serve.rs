//! `shouxin serve` and `shouxin demo`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::{DataFolder, Purpose, Server, Start};
use crate::cli::{Data, Done, Failure};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::plugins::PluginsFile;
use crate::{demo, socket, telemetry};

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    data: Data,
    /// 配置文件 / server.toml; the county's data files and plugins.toml stand beside it
    #[arg(long, default_value = "config/server.toml")]
    config: PathBuf,
    /// 监听地址 / where to listen; port 0 picks one
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// 日志用 JSON / log as JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// 演示数据目录 / the demonstration's own data folder; an earlier demonstration is replaced
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// 县级数据文件目录 / folder of the county's data files
    #[arg(long, default_value = "config")]
    config: PathBuf,
    /// 监听地址 / where to listen
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// 故事结束即退出 / stop after the story
    #[arg(long)]
    exit: bool,
    /// 样本规模：每级约四千条记录 / sample size: about four thousand records each
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=50))]
    scale: u32,
}

pub(super) fn serve(arguments: Serve) -> Done {
    telemetry::init(arguments.json);
    let config = Config::read(&arguments.config).map_err(Failure::usage)?;
    let rules = arguments.config.parent().unwrap_or(&PathBuf::from(".")).to_owned();
    let plugins = PluginsFile::read(&rules.join("plugins.toml")).map_err(Failure::usage)?;
    if plugins.development_unsigned {
        eprintln!("! 开发模式：无签名插件可以运行 / development: plugins run without a signature");
    }
    let path = arguments.data.data.clone();
    let folder =
        DataFolder::open(&path, Purpose::Serve, &config, &mut |text| eprintln!("! {text}"))?;
    let clock = Arc::new(SystemClock::new(folder.last_recorded, &folder.path));
    actix_web::rt::System::new().block_on(async move {
        let server = Server::start(Start {
            folder,
            config,
            rules,
            plugins,
            clock,
            listen: arguments.listen,
            host: (PathBuf::from("/proc/self/exe"), vec!["plugin-host".to_owned()]),
            on_fatal: Box::new(|what| {
                eprintln!("无法保证持久，立即停止 / durability lost, stopping: {what}");
                std::process::exit(70);
            }),
        })
        .await?;
        let socket = socket::listen(
            &path,
            server.engine.clone(),
            server.access.clone(),
            server.life.clone(),
        )
        .map_err(|error| Failure::wrong(format!("admin.sock: {error}")))?;
        // Whoever reads that it listens may ask it to stop at once.
        let signals = Signals::listen()?;
        println!("listening on http://{}", server.address);
        signals.wait().await;
        tracing::info!("stopping: no more requests are taken");
        socket.close();
        server.stop().await?;
        Ok(())
    })
}

/// TERM and INT, listened for from the moment this is made.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Signals, Failure> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate()).map_err(Failure::wrong)?,
            interrupt: signal(SignalKind::interrupt()).map_err(Failure::wrong)?,
        })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

pub(super) fn demo(arguments: Demo) -> Done {
    let options = demo::Options {
        data: arguments.data,
        config: arguments.config,
        listen: arguments.listen,
        exit: arguments.exit,
        scale: arguments.scale,
    };
    actix_web::rt::System::new().block_on(demo::run(options)).map_err(Failure::wrong)
}
