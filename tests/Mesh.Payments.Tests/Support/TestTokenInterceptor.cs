using Grpc.Core.Interceptors;

namespace Mesh.Payments.Tests.Support;

/// <summary>Gives every call the test's cancellation token.</summary>
internal sealed class TestTokenInterceptor : Interceptor
{
    public override Grpc.Core.AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, With(context));

    public override Grpc.Core.AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, With(context));

    private static ClientInterceptorContext<TRequest, TResponse> With<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class =>
        context.Options.CancellationToken.CanBeCanceled
            ? context
            : new(context.Method, context.Host, context.Options.WithCancellationToken(TestContext.Current.CancellationToken));
}
