//! Looking whether a domain is proven: its record, or that it leads to this site's router.

use std::time::Duration;

use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::name_server::TokioConnectionProvider;
use hickory_resolver::proto::xfer::Protocol;
use hickory_resolver::{ResolveError, TokioResolver};
use slipway_api::domains::AppDomainProof;
use slipway_kernel::outbound::{OutboundError, Request};
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Result};

use super::model::Domain;
use super::store;

/// How long one name server may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the router may take to answer for a domain.
const HTTP_PATIENCE: Duration = Duration::from_secs(8);
/// Largest answer that is read of who answers for a domain.
const MOST_BYTES: usize = 64 << 10;

/// What proves a domain, or why nothing does.
///
/// # Errors
///
/// Those of the database.
pub async fn look(ctx: &Ctx, domain: &Domain) -> Result<std::result::Result<AppDomainProof, String>> {
    let Some(host) = domain.name() else {
        return Ok(Err("It is no name of a host.".to_owned()));
    };
    let settings = &ctx.settings.routing;
    if host.is_below(&settings.trusted_domains) {
        return Ok(Ok(AppDomainProof::Setting));
    }
    let challenge = domain.challenge(settings.http_port);
    let of_record = match has_record(ctx, domain).await {
        Ok(true) => return Ok(Ok(AppDomainProof::Dns)),
        Ok(false) => format!(
            "There is no TXT record {} that says {}.",
            challenge.dns_name, challenge.dns_value
        ),
        Err(error) => format!("The TXT record {} cannot be looked up: {error}.", challenge.dns_name),
    };
    let Some(url) = challenge.http_url else {
        return Ok(Err(of_record));
    };
    // Whoever has a name of the same owner let it lead here: that another name of that owner leads here proves nothing then.
    let end: Vec<&str> = host.name().rsplit('.').take(2).collect();
    let end: Vec<&str> = end.into_iter().rev().collect();
    let others = store::proven_by_others(ctx.db.reader(), domain.organization_id, &end.join(".")).await?;
    if others.iter().any(|other| host.may_be_of(other)) {
        return Ok(Err(format!(
            "{of_record} Only the record proves it: another organization answers at a name with the same end."
        )));
    }
    Ok(match answers(ctx, &url, &domain.token()).await {
        Ok(Answered::Ours) => Ok(AppDomainProof::Http),
        Ok(answered) => Err(format!("{of_record} Nor does {host} lead to this site: {answered}")),
        Err(error) => Err(format!(
            "{of_record} Nor does {host} lead to this site: {}",
            sentence(&error.to_string())
        )),
    })
}

/// Whether the record of a domain says what proves it.
///
/// # Errors
///
/// When no name server says whether it is there.
pub async fn has_record(ctx: &Ctx, domain: &Domain) -> std::result::Result<bool, String> {
    let challenge = domain.challenge(80);
    let resolver = resolver(&ctx.settings.routing.name_servers).map_err(|error| error.to_string())?;
    let found = match resolver.txt_lookup(format!("{}.", challenge.dns_name)).await {
        Ok(found) => found,
        Err(error) if error.is_no_records_found() || error.is_nx_domain() => return Ok(false),
        Err(error) => return Err(error.to_string()),
    };
    let says = |text: &[Box<[u8]>]| text.concat() == challenge.dns_value.as_bytes();
    Ok(found.iter().any(|record| says(record.txt_data())))
}

fn resolver(servers: &[std::net::SocketAddr]) -> std::result::Result<TokioResolver, ResolveError> {
    let builder = if servers.is_empty() {
        TokioResolver::builder_tokio()?
    } else {
        let mut config = ResolverConfig::new();
        for server in servers {
            config.add_name_server(NameServerConfig::new(*server, Protocol::Udp));
            config.add_name_server(NameServerConfig::new(*server, Protocol::Tcp));
        }
        TokioResolver::builder_with_config(config, TokioConnectionProvider::default())
    };
    let mut options = ResolverOpts::default();
    options.timeout = PATIENCE;
    options.attempts = 2;
    // A record that somebody made just now has to be seen.
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    Ok(builder.with_options(options).build())
}

/// Who answers at a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// A router of this site.
    Ours,
    /// Something else, with this status.
    Other(u16),
}

impl std::fmt::Display for Answered {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ours => formatter.write_str("this site answers there."),
            Self::Other(status) => write!(formatter, "something else answers there, with {status}."),
        }
    }
}

/// Asks who answers at an address: a router of this site says this text.
///
/// # Errors
///
/// When nobody can be asked.
pub async fn answers(ctx: &Ctx, url: &str, text: &str) -> std::result::Result<Answered, OutboundError> {
    let url = url.parse().map_err(|_| OutboundError::Address(url.to_owned()))?;
    let request = Request::get(url).within(HTTP_PATIENCE).at_most(MOST_BYTES);
    let answer = ctx.outbound.send(request).await?;
    Ok(
        match answer.status.is_success() && answer.body.trim_ascii() == text.as_bytes() {
            true => Answered::Ours,
            false => Answered::Other(answer.status.as_u16()),
        },
    )
}
