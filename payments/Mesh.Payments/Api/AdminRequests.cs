using System.Net;

namespace Mesh.Payments.Api;

/// <summary>Tells requests of operators from all others.</summary>
internal static class AdminRequests
{
    /// <summary>By the address it came in on, which a caller of another listener cannot forge.</summary>
    public static bool IsFor(HttpContext context, string path, IPEndPoint admin)
    {
        if (!context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal) || context.Connection.LocalPort != admin.Port) return false;
        var isAnyAddress = admin.Address.Equals(IPAddress.Any) || admin.Address.Equals(IPAddress.IPv6Any);
        return isAnyAddress || admin.Address.MapToIPv6().Equals(context.Connection.LocalIpAddress?.MapToIPv6());
    }
}
