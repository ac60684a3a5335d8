namespace Mesh.Gateway.Tests.Conformance;

/// <summary>In which of the two APIs a case has its routes; what they do must not differ.</summary>
public enum RouteApi
{
    VirtualService,
    HttpRoute,
}
