using System.CommandLine;
using System.Globalization;
using Mesh.Config.Model;
using Mesh.Hosting;
using Meshctl.Inputs;
using Meshctl.Output;

namespace Meshctl.Inspection;

/// <summary><c>meshctl snapshot</c>: the whole mesh as a proxy sees it.</summary>
internal static class SnapshotVerb
{
    private const string Description =
        "Print the whole compiled view of a proxy: services with endpoints, routes and policies, gateway listeners, what applies to its own workload.";

    private const string Examples =
        """
        meshctl snapshot manifests
        meshctl snapshot -o yaml --from eks-b/vpc-b -n prod config/eks-a@eks-a config/eks-b@eks-b
        # what a gateway listens on
        meshctl snapshot -o yaml --type router --labels istio=ingressgateway -n istio-system manifests
        """;

    public static Command Create(TextReader standardInput)
    {
        var files = InspectionVerb.Files("Resources: files, folders or -, each with @CLUSTER when there are several clusters.");
        var format = InspectionVerb.Format(OutputFormat.Table, "table", "json", "yaml");
        var proxy = new ProxyOptions();
        var command = new VerbCommand("snapshot", Description, Examples) { files, format };
        proxy.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (await InspectionVerb.ReadAsync(parsed, files, proxy.Namespace(parsed), standardInput).ConfigureAwait(false) is not { } input)
                return ExitCodes.UnreadableInput;
            var snapshot = await input.CompileAsync(cancellationToken).ConfigureAwait(false);
            await InspectionVerb.ReportAsync(parsed, snapshot.Diagnostics).ConfigureAwait(false);
            var view = snapshot.ViewFrom(proxy.Scope(parsed, input, snapshot));
            return await InspectionVerb.PrintAsync(
                parsed, parsed.GetValue(format), SnapshotDocument.ToJson(view), () => ToTable(view)).ConfigureAwait(false);
        });
        return command;
    }

    private static string ToTable(MeshView view) => TableText.Format(
        ["HOST", "PORT", "PROTOCOL", "TLS", "ENDPOINTS", "HEALTHY", "NETWORKS"],
        view.Upstreams.Select(upstream => new[]
        {
            upstream.Key.Host,
            upstream.Key.Port.ToString(CultureInfo.InvariantCulture),
            upstream.Protocol.ToString().ToUpperInvariant(),
            upstream.Tls.ToString().ToUpperInvariant(),
            upstream.Endpoints.Length.ToString(CultureInfo.InvariantCulture),
            upstream.Endpoints.Count(endpoint => endpoint.Health is EndpointHealth.Healthy or EndpointHealth.Unknown).ToString(CultureInfo.InvariantCulture),
            string.Join(',', upstream.Endpoints.Select(endpoint => endpoint.Network).Where(name => name.Length > 0)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
        }));
}
