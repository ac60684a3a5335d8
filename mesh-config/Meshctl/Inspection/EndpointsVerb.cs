using System.CommandLine;
using System.Globalization;
using Mesh.Config.Model;
using Mesh.Hosting;
using Meshctl.Inputs;
using Meshctl.Output;

namespace Meshctl.Inspection;

/// <summary><c>meshctl endpoints</c>: one service's endpoints as a proxy sees them.</summary>
internal static class EndpointsVerb
{
    private const string Description =
        "Print the endpoints of a service as a proxy sees them: what istiod's EDS would send it.";

    private const string Examples =
        """
        # from a sidecar in zone us-east-1a of cluster eks-a
        meshctl endpoints payments.prod:8080 --from eks-a/vpc-a/us-east-1/us-east-1a -o json config/eks-a@eks-a config/eks-b@eks-b
        # one subset, as the east-west gateway's kind of proxy
        meshctl endpoints payments.prod.svc.cluster.local:8080 --subset v1 --type router config/eks-a@eks-a
        """;

    public static Command Create(TextReader standardInput)
    {
        var service = new Argument<string>("HOST:PORT") { Description = "Host of the service, short names in namespace -n, and service port." };
        var files = InspectionVerb.Files("Resources: files, folders or -, each with @CLUSTER when there are several clusters.");
        var subset = new Option<string>("--subset") { HelpName = "S", DefaultValueFactory = _ => "", Description = "Subset of a DestinationRule." };
        var format = InspectionVerb.Format(OutputFormat.Table, "table", "json", "yaml");
        var proxy = new ProxyOptions();
        service.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && Parse(text) is null)
                result.AddError($"'{text}' is not HOST:PORT; write for example payments.prod.svc.cluster.local:8080");
        });
        var command = new VerbCommand("endpoints", Description, Examples) { service, files, subset, format };
        proxy.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (await InspectionVerb.ReadAsync(parsed, files, proxy.Namespace(parsed), standardInput).ConfigureAwait(false) is not { } input)
                return ExitCodes.UnreadableInput;
            var snapshot = await input.CompileAsync(cancellationToken).ConfigureAwait(false);
            await InspectionVerb.ReportAsync(parsed, input.Diagnostics).ConfigureAwait(false);
            var view = snapshot.ViewFrom(proxy.Scope(parsed, input, snapshot));
            var (host, port) = Parse(parsed.GetValue(service)!)!.Value;
            var key = new UpstreamKey(view.ResolveHost(host), port, parsed.GetValue(subset)!);
            if (view.FindUpstream(key) is { } upstream)
                return await InspectionVerb.PrintAsync(
                    parsed, parsed.GetValue(format), EndpointDocument.ToJson(upstream), () => EndpointDocument.ToTable(upstream)).ConfigureAwait(false);
            await parsed.InvocationConfiguration.Error.WriteLineAsync(
                $"meshctl: no service that a proxy in namespace {view.Scope.Namespace} sees has host {key.Host} and port {port}; meshctl snapshot lists them").ConfigureAwait(false);
            return ExitCodes.Failed;
        });
        return command;
    }

    private static (string Host, int Port)? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0
               && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? (text[..colon], port)
            : null;
    }
}
