namespace Mesh.FakeKube.Tests.Support;

/// <summary>Objects as JSON.</summary>
internal static class Samples
{
    public const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    public const string Services = "/api/v1/namespaces/default/services";
    public const string VirtualServices = "/apis/networking.istio.io/v1/namespaces/default/virtualservices";

    public static string ConfigMap(string name, string value = "a", string labels = "") =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","labels":{{{{labels}}}}},"data":{"key":"{{{value}}}"}}""";

    public static string VirtualService(string name, string host = "a", string metadata = "") =>
        $$$"""{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"{{{name}}}"{{{metadata}}}},"spec":{"hosts":["{{{host}}}"]}}""";

    public static string Service(string name, params int[] ports) =>
        $$$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"{{{name}}}"},"spec":{"ports":[{{{string.Join(',', ports.Select(Port))}}}]}}""";

    private static string Port(int port) => $$$"""{"name":"p{{{port}}}","port":{{{port}}}}""";
}
