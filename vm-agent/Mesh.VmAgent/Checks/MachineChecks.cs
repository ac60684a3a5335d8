using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.DataPlane.Identity;
using Mesh.Hosting;
using Mesh.Istiod.Ca;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Health;
using Mesh.VmAgent.Registration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.VmAgent.Checks;

/// <summary>
/// What a machine needs to be a part of the mesh, in the order in which one thing needs the other. Asks nobody to change anything, and works
/// without a running agent as far as that goes.
/// </summary>
internal sealed class MachineChecks(AgentSettings settings, RunningAgent? agent, TimeProvider time)
{
    private const string Install = "https://istio.io/latest/docs/setup/install/virtual-machine/";
    private const string Multicluster = "https://istio.io/latest/docs/setup/install/multicluster/";
    private const string Identity = "https://istio.io/latest/docs/concepts/security/#pki";
    private const string Group = "https://istio.io/latest/docs/reference/config/networking/workload-group/";
    private const string Ports = "https://istio.io/latest/docs/ops/deployment/application-requirements/";
    private const string StartAgent = "start the agent";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private string Account => $"{settings.Namespace}/{settings.ServiceAccount}";

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancellationToken)
    {
        var contact = settings.Identity.Authority is null ? null : await AuthorityContact.MakeAsync(settings, time, cancellationToken).ConfigureAwait(false);
        var (certificate, certificateProblem) = await CertificateAsync().ConfigureAwait(false);
        return
        [
            Clock(contact, certificate),
            Names(contact),
            Authority(contact),
            await GatewaysAsync(cancellationToken).ConfigureAwait(false),
            await TokenAsync(certificate, cancellationToken).ConfigureAwait(false),
            Certificate(certificate, certificateProblem),
            await new RegistrationCheck(settings, agent, time).RunAsync(cancellationToken).ConfigureAwait(false),
            await ProbeAsync(cancellationToken).ConfigureAwait(false),
            await AppPortsAsync(cancellationToken).ConfigureAwait(false),
        ];
    }

    private static CheckResult Passed(string name, string message, string page) => new(name, CheckOutcome.Passed, message, "", page);

    private static CheckResult Skipped(string name, string message, string hint, string page) => new(name, CheckOutcome.Skipped, message, hint, page);

    private static CheckResult Failed(string name, string message, string hint, string page) => new(name, CheckOutcome.Failed, message, hint, page);

    private CheckResult Clock(AuthorityContact? contact, WorkloadCertificate? certificate)
    {
        const string name = "clock";
        var now = time.GetUtcNow();
        const string hint = "set the clock: timedatectl set-ntp true";
        if (contact?.Life is var (from, to) && (now < from || now > to))
            return Failed(name, $"it is {now:u} here, and istiod's certificate lives from {from.ToUniversalTime():u} to {to.ToUniversalTime():u}", hint, Install);
        if (certificate is { } own && own.NotBefore > now)
            return Failed(name, $"it is {now:u} here, before the workload's certificate begins at {own.NotBefore:u}", hint, Install);
        return contact?.Life is null && certificate is null
            ? Skipped(name, $"it is {now:u} here, and nothing to compare with was seen", "see the checks below", Install)
            : Passed(name, $"it is {now:u} here, within the lives of the certificates seen", Install);
    }

    private CheckResult Names(AuthorityContact? contact)
    {
        const string name = "dns";
        if (contact is null) return Skipped(name, "the certificate comes from files, no CA is asked", "", Install);
        var host = settings.Identity.Authority!.Host;
        return contact.NameProblem is { } problem
            ? Failed(name, $"{host} has no address: {problem}", "put the address of the east-west gateway into hosts of the bundle or /etc/hosts, or its name into CA_ADDR", Install)
            : Passed(name, $"{host} is {string.Join(", ", contact.Addresses)}", Install);
    }

    private CheckResult Authority(AuthorityContact? contact)
    {
        const string name = "istiod";
        if (contact is null) return Skipped(name, "the certificate comes from files, no CA is asked", "", Install);
        var where = $"{AddressText.Bracketed(settings.Identity.Authority!.Host)}:{settings.Identity.Authority.Port}";
        return contact.Problem is { } problem
            ? Failed(
                name, $"{where}: {problem}",
                $"open port {settings.Identity.Authority.Port} from here to the east-west gateway, expose istiod there, and compare the root {RootCertificates.NameOf(settings.CaRoot!)} with ConfigMap istio-ca-root-cert", Install)
            : Passed(name, $"{where} answers as {settings.CaServerName}", Install);
    }

    private async Task<CheckResult> GatewaysAsync(CancellationToken cancellationToken)
    {
        const string name = "gateways";
        if (agent is null) return Skipped(name, "which gateways there are is known by the agent, and none answers here", StartAgent, Multicluster);
        if (agent.Gateways.Count == 0) return Skipped(name, "nothing of this machine's view is behind an east-west gateway", "", Multicluster);
        var problems = new List<string>();
        foreach (var gateway in agent.Gateways)
            if (await ConnectAsync(gateway, cancellationToken).ConfigureAwait(false) is { } problem) problems.Add($"{gateway}: {problem}");
        return problems.Count > 0
            ? Failed(name, string.Join("; ", problems), "open port 15443 from here to the gateways of the other networks", Multicluster)
            : Passed(name, $"{string.Join(", ", agent.Gateways)} can be reached", Multicluster);
    }

    private async Task<CheckResult> TokenAsync(WorkloadCertificate? certificate, CancellationToken cancellationToken)
    {
        const string name = "token";
        if (settings.TokenFrom is not null) return await RequestedTokenAsync(certificate, cancellationToken).ConfigureAwait(false);
        if (settings.CaToken is not { } file) return Skipped(name, "no token is configured", "", Install);
        var problem = ProblemOf(file);
        if (problem is null) return Passed(name, $"{file} is of {Account}", Install);
        return certificate is not null && certificate.NotAfter > time.GetUtcNow()
            ? Skipped(name, $"{file}: {problem}", "not needed before the certificate expires", Install)
            : Failed(name, $"{file}: {problem}", $"kubectl create token {settings.ServiceAccount} -n {settings.Namespace} --audience {ServiceAccountToken.Audience} > {file}", Install);
    }

    /// <summary>Asks for one, as the agent does; that leaves nothing behind.</summary>
    private async Task<CheckResult> RequestedTokenAsync(WorkloadCertificate? certificate, CancellationToken cancellationToken)
    {
        const string name = "token";
        try
        {
            using var tokens = AgentTokens.Create(settings, time)!;
            var token = ServiceAccountToken.Read(await tokens.GetAsync(cancellationToken).ConfigureAwait(false));
            return token?.Problem(time.GetUtcNow(), Account) is { } problem
                ? Failed(name, $"{tokens.Origin}: {problem}", "compare the clocks of this machine and of the API server", Install)
                : Passed(name, $"{tokens.Origin} gives one of {Account} until {token?.Expires:u}", Install);
        }
        catch (Exception exception) when (exception is IOException or StartupException)
        {
            const string hint = "attach an instance profile, map its role to a group of the cluster, and bind manifests/rbac/vm-token.yaml to that group";
            return certificate is not null && certificate.NotAfter > time.GetUtcNow()
                ? Skipped(name, exception.Message, $"not needed before the certificate expires; {hint}", Install)
                : Failed(name, exception.Message, hint, Install);
        }
    }

    private string? ProblemOf(string file)
    {
        try
        {
            var text = File.ReadAllText(file).Trim();
            return text.Length == 0 ? "is empty" : ServiceAccountToken.Read(text)?.Problem(time.GetUtcNow(), Account);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private async Task<(WorkloadCertificate? Certificate, string? Problem)> CertificateAsync()
    {
        try
        {
            if (settings.Identity.Folder is { } folder)
            {
                var files = FileWorkloadIdentity.Load(folder, time, NullLogger<FileWorkloadIdentity>.Instance);
                await using (files.ConfigureAwait(false)) return (files.Current, null);
            }

            return settings.StateFolder is { } state ? (new IdentityStore(state).Load()?.Certificate, null) : (null, null);
        }
        catch (Exception exception) when (exception is StartupException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            return (null, exception.Message);
        }
    }

    private CheckResult Certificate(WorkloadCertificate? certificate, string? problem)
    {
        const string name = "certificate";
        if (problem is not null) return Failed(name, problem, "remove the file, and the agent asks for a new certificate", Identity);
        if (certificate is null)
            return Skipped(name, settings.StateFolder is { } state ? $"none is kept in {state} yet" : "none is kept (--state)", StartAgent, Identity);
        if (certificate.Id != new SpiffeId(settings.TrustDomain, settings.Namespace, settings.ServiceAccount))
            return Failed(name, $"it is of {certificate.Id}", $"this machine should be {Account}; compare SERVICE_ACCOUNT and TRUST_DOMAIN", Identity);
        if (certificate.NotAfter <= time.GetUtcNow()) return Failed(name, $"it expired at {certificate.NotAfter:u}", "see istiod and token above", Identity);
        return ChainProblem(certificate) is { } chain
            ? Failed(name, $"it does not lead to the roots: {chain}", "the CA was set up anew: remove the kept certificate and copy a new root and token", Identity)
            : Passed(name, $"{certificate.Id} until {certificate.NotAfter:u}, {certificate.Roots.Count} root(s)", Identity);
    }

    private static string? ChainProblem(WorkloadCertificate certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        // Clock and expiry have checks of their own.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.CustomTrustStore.AddRange(certificate.Roots);
        foreach (var intermediate in certificate.Context.IntermediateCertificates) chain.ChainPolicy.ExtraStore.Add(intermediate);
        return chain.Build(certificate.Context.TargetCertificate)
            ? null : string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct());
    }

    private async Task<CheckResult> ProbeAsync(CancellationToken cancellationToken)
    {
        const string name = "probe";
        const string hint = "start the application, or correct the probe of the WorkloadGroup";
        if (agent is { Health: not "" })
            return agent.Health == "Healthy" ? Passed(name, agent.HealthMessage, Group) : Failed(name, agent.HealthMessage, hint, Group);
        if (settings.Probe is not { } probe || GroupProbe.SettingsOf(probe) is not { } how) return Skipped(name, "no probe is known here", "", Group);
        var prober = ProbeFactory.Create(how.Action, settings.AppAddress.ToString());
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(how.Timeout);
        try
        {
            var result = await prober.CheckAsync(deadline.Token).ConfigureAwait(false);
            return result.Succeeded ? Passed(name, result.Message, Group) : Failed(name, result.Message, hint, Group);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(name, $"no answer within {how.Timeout.TotalSeconds} s", hint, Group);
        }
        finally
        {
            (prober as IDisposable)?.Dispose();
        }
    }

    private async Task<CheckResult> AppPortsAsync(CancellationToken cancellationToken)
    {
        const string name = "app";
        IPEndPoint[] places = [.. AppPlaces().Distinct()];
        if (places.Length == 0) return Skipped(name, "no port of the application is known here (--inbound, or a probe)", "", Ports);
        var problems = new List<string>();
        foreach (var place in places)
            if (await ConnectAsync(place, cancellationToken).ConfigureAwait(false) is { } problem) problems.Add($"{place}: {problem}");
        return problems.Count > 0
            ? Failed(name, string.Join("; ", problems), "let the application listen there, or say where it does with --app-address or --inbound", Ports)
            : Passed(name, $"{string.Join(", ", places.AsEnumerable())} answers", Ports);
    }

    private IEnumerable<IPEndPoint> AppPlaces()
    {
        foreach (var inbound in settings.Inbound) yield return inbound.Target;
        var port = settings.Probe switch
        {
            { HttpGet: { } http } => http.Port,
            { TcpSocket: { } tcp } => tcp.Port,
            { Grpc: { } grpc } => grpc.Port,
            _ => 0,
        };
        if (port is > 0 and <= IPEndPoint.MaxPort) yield return new IPEndPoint(settings.AppAddress, port);
    }

    /// <summary>Null when it can be reached.</summary>
    private static async Task<string?> ConnectAsync(IPEndPoint place, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(place, deadline.Token).ConfigureAwait(false);
            return null;
        }
        catch (SocketException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {Deadline.TotalSeconds} s";
        }
    }
}
