using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.VmAgent.Registration;

/// <summary>A readiness probe as text: YAML, or JSON on one line, in the form of a WorkloadGroup's <c>spec.probe</c>.</summary>
internal static class ProbeText
{
    /// <exception cref="FormatException">Not YAML, an unknown field, or no action.</exception>
    public static ReadinessProbe Parse(string text)
    {
        try
        {
            var context = new ReadContext("probe");
            if (YamlDocuments.Parse(text) is not [var document]) throw new FormatException("the probe must be one YAML map like {tcpSocket: {port: 9080}}");
            if (!ReadinessProbe.Schema.TryRead(document, context, out var probe) || context.Errors > 0)
                throw new FormatException($"the probe cannot be used: {context.Diagnostics[0].Message}");
            return GroupProbe.SettingsOf(probe) is not null
                ? probe : throw new FormatException("the probe does nothing; give it one of httpGet, tcpSocket, exec and grpc");
        }
        catch (YamlSyntaxException exception)
        {
            throw new FormatException($"the probe is not valid YAML: {exception.Message}");
        }
    }
}
