//! The command line (interface.md): exit 0 ok, 1 found something wrong, 2 usage, 3 refused.

mod admin;
mod audit;
mod check;
mod erase;
mod export;
mod import;
mod inspect;
mod plugin;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::StartError;
use crate::engine::EngineError;

/// 守信：县级公共信用登记 / a county's public-credit register
#[derive(Debug, Parser)]
#[command(name = "shouxin", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 启动服务 / run the server
    Serve(serve::Serve),
    /// 演示全流程 / play the county's story through the real API and check it
    Demo(serve::Demo),
    /// 批量导入 / load subjects, persons or records from a file
    Import(import::Import),
    /// 批量导出 / write subjects, records, permits, penalties or lists to a file
    Export(export::Export),
    /// 回放 / rebuild the view, or show a file, as of an earlier event or time
    Replay(inspect::Replay),
    /// 核验 / check bytes, chain, and that the view equals the replay
    Verify(inspect::Verify),
    /// 审计 / re-check every guard and invariant over the whole log, without the code that wrote it
    Audit(audit::Audit),
    /// 重建视图 / delete the view and rebuild it from the log
    Rebuild(inspect::Rebuild),
    /// 删除档案 / erase a file: a data officer proposes, the credit office agrees
    Erase(erase::Erase),
    /// 密钥 / API keys
    #[command(subcommand)]
    Key(admin::Key),
    /// 插件 / plugins
    #[command(subcommand)]
    Plugin(Box<plugin::PluginCommand>),
    /// 公示渠道 / channels that show what is public
    #[command(subcommand)]
    Channel(admin::ChannelCommand),
    /// 目录 / the catalogue's data files
    #[command(subcommand)]
    Catalogue(check::Catalogue),
    /// 工作日历 / the working-day calendar's data files
    #[command(subcommand)]
    Calendar(check::OneFile),
    /// 规则 / the rule packs' data files
    #[command(subcommand)]
    Rules(check::OneFile),
    /// 输出 OpenAPI 文档 / print the OpenAPI document
    Openapi,
}

/// Why a command failed, with its exit code.
#[derive(Debug)]
struct Failure {
    code: u8,
    text: String,
}

impl Failure {
    /// Something is wrong.
    fn wrong(text: impl std::fmt::Display) -> Failure {
        Failure { code: 1, text: text.to_string() }
    }

    /// The command was used wrongly.
    fn usage(text: impl std::fmt::Display) -> Failure {
        Failure { code: 2, text: text.to_string() }
    }

    /// The register refuses.
    fn refused(text: impl std::fmt::Display) -> Failure {
        Failure { code: 3, text: text.to_string() }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Failure {
        match error {
            StartError::Purpose(_) | StartError::Lock(_) => Failure::refused(error),
            other => Failure::wrong(other),
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Failure {
        match error {
            EngineError::Refused(refusal) => {
                Failure::refused(format!("{}\n{}", refusal.detail, refusal.cure))
            }
            other => Failure::wrong(other),
        }
    }
}

type Done = Result<(), Failure>;

/// Where the data is: every command takes it.
#[derive(Clone, Debug, clap::Args)]
struct Data {
    /// 数据目录 / the data folder
    #[arg(long, default_value = "data", env = "SHOUXIN_DATA")]
    data: PathBuf,
}

/// Parses the arguments and runs the command.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Command::Serve(serve) => serve::serve(serve),
        Command::Demo(demo) => serve::demo(demo),
        Command::Import(import) => import::import(&import),
        Command::Export(export) => export::export(&export),
        Command::Replay(replay) => inspect::replay(&replay),
        Command::Verify(verify) => inspect::verify(&verify),
        Command::Audit(audit) => audit::audit(&audit),
        Command::Erase(own) => erase::erase(own),
        Command::Rebuild(rebuild) => inspect::rebuild(&rebuild),
        Command::Key(key) => admin::key(key),
        Command::Plugin(own) => plugin::plugin(*own),
        Command::Channel(channel) => admin::channel(channel),
        Command::Catalogue(check::Catalogue::Check(check)) => check::catalogue(&check),
        Command::Calendar(check::OneFile::Check(check)) => check::one(&check, "calendar", "csv"),
        Command::Rules(check::OneFile::Check(check)) => check::one(&check, "rules", "toml"),
        Command::Openapi => {
            println!("{}", crate::http::openapi_text());
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.text);
            ExitCode::from(failure.code)
        }
    }
}
