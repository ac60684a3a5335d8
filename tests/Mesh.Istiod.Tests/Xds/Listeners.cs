using Google.Protobuf.WellKnownTypes;
using Mesh.Istiod.Protos.Xds;
using Mesh.Istiod.Xds;

namespace Mesh.Istiod.Tests.Xds;

/// <summary>Responses with listeners that are nothing but their names.</summary>
internal static class Listeners
{
    public static DiscoveryResponse StateOfTheWorld(string nonce, string version, params IEnumerable<string> names) => new()
    {
        TypeUrl = XdsTypes.Listener,
        Nonce = nonce,
        VersionInfo = version,
        Resources = { names.Select(Any) },
    };

    public static DeltaDiscoveryResponse Delta(string nonce, string version, params IEnumerable<string> names) => new()
    {
        TypeUrl = XdsTypes.Listener,
        Nonce = nonce,
        SystemVersionInfo = version,
        Resources = { names.Select(name => new Resource { Name = name, Resource_ = Any(name) }) },
    };

    private static Any Any(string name) => new() { TypeUrl = XdsTypes.Listener, Value = Google.Protobuf.MessageExtensions.ToByteString(new Listener { Name = name }) };
}
