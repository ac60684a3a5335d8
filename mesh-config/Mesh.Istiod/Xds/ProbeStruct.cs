using Google.Protobuf.WellKnownTypes;
using Mesh.Config.Resources.Networking;

namespace Mesh.Istiod.Xds;

/// <summary>A probe as it is inside PROXY_CONFIG: the JSON form of the message, defaults left out.</summary>
/// <remarks>Source: istio/api mesh/v1alpha1/proxy.proto (readiness_probe) and networking/v1alpha3/workload_group.proto.</remarks>
internal static class ProbeStruct
{
    public static Struct Of(ReadinessProbe probe)
    {
        var result = new Struct();
        Put(result, "initialDelaySeconds", probe.InitialDelaySeconds);
        Put(result, "timeoutSeconds", probe.TimeoutSeconds);
        Put(result, "periodSeconds", probe.PeriodSeconds);
        Put(result, "successThreshold", probe.SuccessThreshold);
        Put(result, "failureThreshold", probe.FailureThreshold);
        switch (probe)
        {
            case { HttpGet: { } http }:
                result.Fields["httpGet"] = Value.ForStruct(Of(http));
                break;
            case { TcpSocket: { } tcp }:
                result.Fields["tcpSocket"] = Value.ForStruct(Put(Put(new Struct(), "host", tcp.Host), "port", tcp.Port));
                break;
            case { Exec: { } exec }:
                var command = exec.Command.Select(Value.ForString).ToArray();
                result.Fields["exec"] = Value.ForStruct(new Struct { Fields = { ["command"] = Value.ForList(command) } });
                break;
            case { Grpc: { } grpc }:
                result.Fields["grpc"] = Value.ForStruct(Put(Put(new Struct(), "port", grpc.Port), "service", grpc.Service));
                break;
        }

        return result;
    }

    private static Struct Of(HttpHealthCheck http)
    {
        var result = Put(Put(Put(Put(new Struct(), "path", http.Path), "port", http.Port), "host", http.Host), "scheme", http.Scheme);
        if (http.HttpHeaders.Any())
        {
            var headers = http.HttpHeaders.Select(header => Value.ForStruct(Put(Put(new Struct(), "name", header.Name), "value", header.Value)));
            result.Fields["httpHeaders"] = Value.ForList([.. headers]);
        }

        return result;
    }

    private static Struct Put(Struct target, string name, long value)
    {
        if (value != 0) target.Fields[name] = Value.ForNumber(value);
        return target;
    }

    private static Struct Put(Struct target, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) target.Fields[name] = Value.ForString(value);
        return target;
    }
}
