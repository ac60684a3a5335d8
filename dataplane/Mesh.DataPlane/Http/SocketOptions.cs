using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Mesh.DataPlane.Http;

/// <summary>
/// Options of Kestrel's sockets as they are within a web application: with its pool of pinned buffers. A transport that is made by hand has none, takes
/// arrays from the heap for every connection and request, and pins those for the time of every read: under load the garbage collector is busy with
/// nothing else.
/// </summary>
internal static class SocketOptions
{
    private static readonly Lazy<IOptionsFactory<SocketTransportOptions>> Factory = new(MakeFactory);

    /// <summary>Of the caller alone; all share the pool's making, not the pool.</summary>
    public static SocketTransportOptions Create() => Factory.Value.Create(Options.DefaultName);

    /// <summary>The application itself is never built: it is asked for this one service.</summary>
    private static IOptionsFactory<SocketTransportOptions> MakeFactory()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore();
        return builder.Services.BuildServiceProvider().GetRequiredService<IOptionsFactory<SocketTransportOptions>>();
    }
}
