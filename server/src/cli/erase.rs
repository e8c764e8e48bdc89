//! `shouxin erase`: the steps of erasing a file, each with the key of the officer who takes it.

use std::path::{Path, PathBuf};

use clap::Args;
use shouxin_core::rules::Citation;

use crate::cli::admin::Operator;
use crate::cli::{Data, Done, Failure};
use crate::erasure::Steps;
use crate::socket::Ask;

/// Arguments of `erase`.
#[derive(Debug, Args)]
pub(super) struct Erase {
    #[command(flatten)]
    data: Data,
    /// 主体代码 / the subject whose file is erased
    subject: String,
    /// 依据：文件编号:条款，例如 pipl:第四十七条 / the provision that allows it, INSTRUMENT:ARTICLE
    #[arg(long, requires = "data_officer_key")]
    ground: Option<String>,
    /// 提出人（数据保护人员）密钥所在文件 / file with the key of the data officer who proposes
    #[arg(long, requires = "ground", value_name = "FILE")]
    data_officer_key: Option<PathBuf>,
    /// 批准人（信用主管部门）密钥所在文件 / file with the key of the credit office's officer who agrees
    #[arg(long, value_name = "FILE", required_unless_present = "data_officer_key")]
    credit_office_key: Option<PathBuf>,
    /// 县级数据文件目录 / folder of the county's data files, where no server runs
    #[arg(long, default_value = "config")]
    config: PathBuf,
}

fn secret(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    Ok(text.trim().to_owned())
}

fn citation(ground: &str) -> Result<Citation, Failure> {
    let parts = ground.split_once(':').filter(|(instrument, article)| {
        !instrument.trim().is_empty() && !article.trim().is_empty()
    });
    let (instrument, article) = parts.ok_or_else(|| {
        Failure::usage("--ground 须为 文件编号:条款，例如 pipl:第四十七条 / INSTRUMENT:ARTICLE")
    })?;
    Ok(Citation { instrument: instrument.trim().to_owned(), article: article.trim().to_owned() })
}

pub(super) fn erase(arguments: Erase) -> Done {
    let propose = match (&arguments.ground, &arguments.data_officer_key) {
        (Some(ground), Some(key)) => Some((citation(ground)?, secret(key)?)),
        _ => None,
    };
    let approve = arguments.credit_office_key.as_deref().map(secret).transpose()?;
    let approving = approve.is_some();
    let steps = Steps { subject: arguments.subject, propose, approve };
    let mut operator = Operator::reach(&arguments.data.data, &arguments.config)?;
    let answer = operator.ask(Ask::Erase(steps));
    operator.close()?;
    for event in answer?.as_array().into_iter().flatten() {
        println!("{}", event.as_str().unwrap_or_default());
    }
    if approving {
        println!(
            "密钥已销毁；备份中的密钥环须另行删除 / the key is destroyed; backups of the key ring \
             need their own erasure"
        );
    } else {
        println!("待信用主管部门批准 / it waits for the credit office");
    }
    Ok(())
}
