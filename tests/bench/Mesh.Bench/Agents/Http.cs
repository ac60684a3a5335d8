using System.Net.Sockets;

namespace Mesh.Bench.Agents;

/// <summary>Requests of which only the outcome counts.</summary>
internal static class Http
{
    public static async Task<bool> IsOkAsync(HttpClient client, Uri address) => await BodyAsync(client, address) is not null;

    /// <returns>Null: not answered with 200.</returns>
    public static async Task<string?> BodyAsync(HttpClient client, Uri address)
    {
        try
        {
            using var response = await client.GetAsync(address);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : null;
        }
        catch (Exception error) when (error is HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }
}
